"""The set-ups of `docs/ci.md`, the action and the hook, checked with the tools that read them.

The files are checked with the schemas that each service publishes. Then the tests do what a runner does: in a project
with a copy of this repository, and in an environment made by the action's own steps, they run the commands of every
set-up on a good and on a bad design. These install packages, so they run only where `CI` is set, as the gate and every
service set it.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from copy import deepcopy
from pathlib import Path

import pytest
import yaml
from generate import fences, pages
from jsonschema import Draft7Validator

from tests.against import Repository
from tests.command import run

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
BAD = ROOT / "tests" / "specs" / "bad"
GOOD = "cnnshape: 1\ninput: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3}\n"
WRONG = GOOD.replace("kernel: 3", "kernel: 9")

installs = pytest.mark.skipif("CI" not in os.environ, reason="installs packages: runs where CI is set")


def setup_of(heading: str, loader: type = yaml.BaseLoader) -> dict:
    """The first YAML block below a heading of the page, with all scalars as texts: `on` is a key of workflows."""
    below = PAGE[re.search(rf"^#+ {heading}$", PAGE, re.MULTILINE).end() :]
    return yaml.load(next(fence.text for fence in fences(below) if fence.language == "yaml"), loader)


def workflow_of(heading: str) -> dict:
    """A workflow with its numbers and truth values; its key `on` is one in YAML 1.1."""
    return {"on" if key is True else key: value for key, value in setup_of(heading, yaml.SafeLoader).items()}


SETUPS = {
    "github-actions": [yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))],
    "github-workflows": [
        setup_of("GitHub Actions"),
        setup_of("Code scanning"),
        workflow_of("Comments on pull requests"),
    ],
    "gitlab-ci": [setup_of("GitLab")],
}


@pytest.mark.parametrize("service", SETUPS)
def test_the_service_accepts_the_setup(service, tmp_path):
    files = [tmp_path / f"{number}.json" for number in range(len(SETUPS[service]))]
    for file, data in zip(files, SETUPS[service], strict=True):
        file.write_text(json.dumps(data), encoding="utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{service}", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def run_script(script, folder, **variables):
    """What GitHub's runner does with `shell: bash`, and GitLab's with a line of `script`."""
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "PYTHON"))}
    return subprocess.run(
        command, cwd=folder, env={**environment, **variables}, capture_output=True, text=True, check=False
    )


class Runner:
    """A stand-in for a runner of composite actions: inputs put into `env`, one `bash` per step."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.action = SETUPS["github-actions"][0]
        (job,) = SETUPS["github-workflows"][0]["jobs"].values()
        (self.used,) = [step["uses"] for step in job["steps"] if step["uses"].startswith(".")]

    @property
    def path(self):
        """The search path of a job: the environment that the action made comes first."""
        return f"{self.home / 'cnnshape' / 'bin'}:{os.environ['PATH']}"

    def step(self, number, folder, **given):
        inputs = {name: given.get(name, about["default"]) for name, about in self.action["inputs"].items()}
        action = folder / self.used
        assert (action / "action.yml").read_bytes() == (ROOT / "action.yml").read_bytes()
        known = {f"inputs.{name}": value for name, value in inputs.items()} | {"github.action_path": str(action)}
        step = [step for step in self.action["runs"]["steps"] if "run" in step][number]
        assert step["shell"] == "bash" and "${{" not in step["run"]
        variables = {
            name: re.sub(r"\$\{\{ (\S+) \}\}", lambda match: known[match[1]], value)
            for name, value in step["env"].items()
        }
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        return run_script(
            step["run"], folder, PATH=path, RUNNER_TEMP=str(self.home), GITHUB_ACTIONS="true", **variables
        )


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """A project that has a copy of this repository, as the page says, and nothing else."""
    folder = tmp_path_factory.mktemp("project")
    others = shutil.ignore_patterns(".*", "__pycache__", "build", "dist")
    shutil.copytree(ROOT, folder / "tools" / "cnnshape", ignore=others)
    return folder


@pytest.fixture(scope="session")
def runner(tmp_path_factory, project):
    runner = Runner(tmp_path_factory.mktemp("runner"))
    done = runner.step(0, project)
    assert done.returncode == 0, done.stderr
    return runner


@pytest.fixture
def designs(tmp_path, project):
    """The project with a design that is wrong, and one in a folder whose name has a space."""
    (tmp_path / "tools").symlink_to(project / "tools")
    (tmp_path / "my designs").mkdir()
    (tmp_path / "my designs" / "good.cnn.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "designs").mkdir()
    (tmp_path / "designs" / "wrong.cnn.yaml").write_text(WRONG, encoding="utf-8")
    return tmp_path


ACTION = [
    ({}, 1, "::error file=designs/wrong.cnn.yaml,line=4,"),
    ({"paths": "my designs\n"}, 0, "1 design checked"),
    ({"paths": "my designs/*.yaml\n\ndesigns"}, 1, "1 error in 2 designs"),
    ({"args": "--exit-zero\n--max-params=100\n", "paths": "my designs"}, 0, "params is 224"),
    ({"paths": "nothing"}, 2, "nothing"),
    ({"paths": "--strict"}, 2, "--strict"),
]


@installs
@pytest.mark.parametrize(("given", "status", "part"), ACTION, ids=lambda value: str(value)[:30])
def test_the_action_checks_and_annotates(runner, designs, given, status, part):
    done = runner.step(1, designs, **given)
    assert (done.returncode, part in done.stdout + done.stderr) == (status, True), done.stdout + done.stderr


@installs
def test_the_gitlab_job_leaves_its_report(runner, designs):
    (job,) = SETUPS["gitlab-ci"][0].values()
    done = run_script("\n".join(job["script"]), designs, PATH=runner.path)
    assert done.returncode == 1, done.stderr
    report = json.loads((designs / job["artifacts"]["reports"]["codequality"]).read_text(encoding="utf-8"))
    assert [(entry["location"]["path"], entry["severity"]) for entry in report] == [("designs/wrong.cnn.yaml", "major")]


@installs
def test_the_workflow_writes_what_it_uploads(runner, designs):
    (job,) = SETUPS["github-workflows"][1]["jobs"].values()
    for step in job["steps"]:
        if "run" in step:
            assert run_script(step["run"], designs, PATH=runner.path).returncode == 0
    upload = next(step for step in job["steps"] if "upload-sarif" in step.get("uses", ""))
    log = json.loads((designs / upload["with"]["sarif_file"]).read_text(encoding="utf-8"))
    assert [result["ruleId"] for result in log["runs"][0]["results"]] == ["CS501"]


# Comments on pull requests: the steps of the workflow on a local repository, with a `gh` that keeps comments in a file.

MARKER = "<!-- cnnshape: design-costs -->"
GH = """\
import json, pathlib, subprocess, sys
state, arguments = pathlib.Path(__file__).with_name("comments.json"), sys.argv[1:]
data = json.loads(state.read_text(encoding="utf-8"))
assert arguments.pop(0) == "api"
options = {"--silent": False, "--paginate": False, "--jq": "", "--method": "GET", "--field": ""}
(path,) = [word for place, word in enumerate(arguments) if word[:2] != "--" and arguments[place - 1] not in list(options)[2:]]
for place, word in enumerate(arguments):
    if word[:2] == "--":
        options[word] = arguments[place + 1] if isinstance(options[word], str) else True
method = options["--method"]
data["calls"].append(f"{method} {path}")
if method == "GET":
    assert path == "repos/me/nets/issues/7/comments" and options["--paginate"]
    for page in (data["comments"][:2], data["comments"][2:]):
        subprocess.run(["jq", "-r", options["--jq"]], input=json.dumps(page), text=True, check=True)
else:
    name, _, file = options["--field"].partition("=@")
    body = pathlib.Path(file).read_text(encoding="utf-8") if name == "body" else ""
    ids = [comment["id"] for comment in data["comments"]]
    if method == "POST":
        assert path == "repos/me/nets/issues/7/comments"
        new = {"id": max(ids, default=0) + 1, "user": {"login": "github-actions[bot]"}, "body": body}
        data["comments"].append(new)
    else:
        place = ids.index(int(path.removeprefix("repos/me/nets/issues/comments/")))
        if method == "PATCH":
            data["comments"][place]["body"] = body
        else:
            assert method == "DELETE"
            del data["comments"][place]
state.write_text(json.dumps(data), encoding="utf-8")
"""
OTHERS = [
    {"id": 3, "user": {"login": "octocat"}, "body": f"{MARKER}\nnot ours"},
    {"id": 4, "user": {"login": "github-actions[bot]"}, "body": f"quotes {MARKER}"},
    {"id": 5, "user": {"login": "github-actions[bot]"}, "body": "<!-- cnnshape: other -->\nanother workflow"},
]
KNOWN = {"github.token": "secret", "github.repository": "me/nets", "github.event.pull_request.number": "7"}


class PullRequest:
    """A pull request of a local repository, and the job of the workflow on each of its pushes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tools = folder / "tools"
        self.tools.mkdir()
        self.origin = Repository(folder / "origin")
        (job,) = deepcopy(SETUPS["github-workflows"][2])["jobs"].values()
        self.checkout = job["steps"][0]["with"]
        self.steps = {step["name"]: step for step in job["steps"] if "name" in step}
        (self.tools / "comments.json").write_text(json.dumps({"comments": OTHERS, "calls": []}), encoding="utf-8")
        (self.tools / "gh.py").write_text(GH, encoding="utf-8")
        python = f"PYTHONPATH='{ROOT}' exec '{sys.executable}'"
        for name, command in {"cnnshape": "-m cnnshape", "gh": f"'{self.tools / 'gh.py'}'"}.items():
            (self.tools / name).write_text(f'#!/bin/sh\n{python} {command} "$@"\n', encoding="utf-8")
            (self.tools / name).chmod(0o755)

    def push(self, **files: str) -> list[int]:
        """The exit codes of both steps on a merge of these files into main, checked out as actions/checkout does it."""
        self.origin.git("checkout", "-q", "-B", "feature", "main")
        self.origin.commit(**files)
        self.origin.git("checkout", "-q", "-B", "merge", "main")
        self.origin.git("merge", "-q", "--no-ff", "-m", "merge", "feature")
        clone = self.folder / "clone"
        shutil.rmtree(clone, ignore_errors=True)
        shutil.rmtree(self.temporary, ignore_errors=True)
        self.temporary.mkdir()
        depth = ("--depth", str(self.checkout["fetch-depth"]))
        self.origin.git("clone", "-q", *depth, "--branch", "merge", self.origin.folder.as_uri(), str(clone))
        codes = []
        for step in self.steps.values():
            variables = {
                name: re.sub(r"\$\{\{ (\S+) \}\}", lambda match: KNOWN[match[1]], value)
                for name, value in step.get("env", {}).items()
            }
            variables |= {"RUNNER_TEMP": str(self.temporary), "GITHUB_STEP_SUMMARY": str(self.summary)}
            path = f"{self.tools}:{os.environ['PATH']}"
            done = run_script(step["run"], clone, PATH=path, **variables)
            codes.append(done.returncode)
        return codes

    @property
    def summary(self) -> Path:
        return self.folder / "summary.md"

    @property
    def temporary(self) -> Path:
        """The runner's folder of a job: a name with a space must be no trouble."""
        return self.folder / "runner temp"

    @property
    def comments(self) -> list[str]:
        """The comments of the workflow; those of others stay as they are."""
        comments = self._data["comments"]
        assert comments[: len(OTHERS)] == OTHERS
        return [comment["body"] for comment in comments[len(OTHERS) :]]

    @property
    def methods(self) -> list[str]:
        return [call.split(" ")[0] for call in self._data["calls"]]

    @property
    def _data(self) -> dict:
        return json.loads((self.tools / "comments.json").read_text(encoding="utf-8"))


NET = "cnnshape: 1\nname: Net\ninput: [3, 9, 9]\nlayers:\n  - conv: {out: 100, kernel: 3}\n"


@pytest.fixture
def pull_request(tmp_path):
    made = PullRequest(tmp_path)
    made.origin.commit(**{"designs/net.yaml": NET, "designs/gone.yaml": NET})
    return made


needs_jq = pytest.mark.skipif(shutil.which("jq") is None, reason="`gh` has jq built in; the test's needs the program")


@needs_jq
def test_the_workflow_keeps_one_comment(pull_request):
    assert pull_request.push(**{"designs/net.yaml": NET.replace("100", "104")}) == [0, 0]
    (comment,) = pull_request.comments
    assert comment.startswith(f"{MARKER}\n### Designs: 1 changed\n")
    assert "#### Net: +4.0 % MACs, +4.0 % params" in comment
    assert pull_request.summary.read_text(encoding="utf-8") == comment.removeprefix(f"{MARKER}\n")
    assert pull_request.push(**{"designs/net.yaml": NET.replace("100", "110"), "designs/my new.yaml": NET}) == [1, 0]
    (comment,) = pull_request.comments
    assert "- **refused** by `macs > +5%`" in comment
    assert "`designs/my new.yaml`" in comment
    assert pull_request.methods == ["GET", "POST", "GET", "PATCH"]
    assert pull_request.push(**{"designs/net.yaml": f"# the same\n{NET}"}) == [0, 0]
    assert pull_request.comments == []
    assert pull_request.push() == [0, 0]
    assert pull_request.methods[4:] == ["GET", "DELETE", "GET"]


@needs_jq
def test_a_comparison_that_fails_leaves_the_comment(pull_request):
    assert pull_request.push(**{"designs/net.yaml": NET.replace("100", "104")}) == [0, 0]
    before = pull_request.comments
    pull_request.steps["Compare"]["run"] = pull_request.steps["Compare"]["run"].replace("HEAD^1", "HEAD~7")
    assert pull_request.push() == [2, 0]
    assert pull_request.comments == before
    assert pull_request.methods == ["GET", "POST"]


@needs_jq
def test_a_design_with_errors_is_in_the_comment(pull_request):
    assert pull_request.push(**{"designs/net.yaml": NET.replace("conv", "cnov")}) == [1, 0]
    (comment,) = pull_request.comments
    assert "#### Net: 1 error now" in comment
    assert "did you mean `conv`?" in comment


def test_what_is_main_meanwhile_is_not_in_the_comment(pull_request):
    """The merge is compared with its first parent, which is the base as it is now."""
    pull_request.origin.commit(**{"designs/other.yaml": NET, "designs/gone.yaml": NET.replace("100", "7")})
    pull_request.push(**{"designs/net.yaml": NET.replace("100", "101")})
    text = pull_request.summary.read_text(encoding="utf-8")
    assert re.findall(r"^`([^`]+)`$", text, re.MULTILINE) == ["designs/net.yaml"]


def test_the_workflow_has_no_more_rights_than_it_needs():
    workflow = SETUPS["github-workflows"][2]
    assert workflow["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert workflow["on"] == ["pull_request"]
    (job,) = workflow["jobs"].values()
    used = [step["uses"] for step in job["steps"] if "uses" in step]
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", name) for name in used)
    assert job["steps"][0]["with"]["persist-credentials"] is False
    scripts = [step["run"] for step in job["steps"] if "run" in step]
    assert not any("${{" in script for script in scripts)
    assert [script for script in scripts if MARKER in script]
    comment = job["steps"][-1]
    assert "github.event.pull_request.head.repo.full_name == github.repository" in comment["if"]


def pre_commit(designs, config, **variables):
    """A run of the real pre-commit over a git repository with all files."""
    (designs / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    assert run_script("git init -q . && git add .", designs).returncode == 0
    command = f"{sys.executable} -m pre_commit run --all-files"
    return run_script(command, designs, PRE_COMMIT_HOME=str(designs / ".git" / "pre-commit"), **variables)


@installs
def test_the_hook_of_the_page_runs_in_the_real_pre_commit(runner, designs):
    done = pre_commit(designs, setup_of("pre-commit", yaml.SafeLoader), PATH=runner.path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "designs/wrong.cnn.yaml:4:" in done.stdout and "good.cnn.yaml" not in done.stdout


@installs
def test_the_hook_with_fixes_changes_the_file_and_stops(runner, designs):
    """At the second run, with the change added, nothing is left to fix."""
    config = setup_of("pre-commit", yaml.SafeLoader)
    config["repos"][0]["hooks"][0]["args"] = re.search(r"`args: \[(.*--fix)\]`", PAGE)[1].split(", ")
    design = designs / "designs" / "wrong.cnn.yaml"
    design.write_text(GOOD.replace("conv:", "Conv2d:"), encoding="utf-8")
    done = pre_commit(designs, config, PATH=runner.path)
    assert (done.returncode, design.read_text(encoding="utf-8")) == (1, GOOD), done.stdout + done.stderr
    assert "files were modified by this hook" in done.stdout
    assert pre_commit(designs, config, PATH=runner.path).returncode == 0


@installs
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="the hook is installed from a git checkout")
def test_the_hook_that_the_repository_declares_runs_too(designs):
    config = setup_of("pre-commit", yaml.SafeLoader)
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    revision = run_script("git rev-parse HEAD", ROOT).stdout.strip()
    config["repos"] = [{"repo": str(ROOT), "rev": revision, "hooks": [{"id": hook["id"]}]}]
    done = pre_commit(designs, config)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "designs/wrong.cnn.yaml:4:" in done.stdout


def test_the_hook_passes_over_other_files(tmp_path, monkeypatch):
    (repository,) = setup_of("pre-commit", yaml.SafeLoader)["repos"]
    (hook,) = repository["hooks"]
    monkeypatch.chdir(tmp_path)
    Path("designs").mkdir()
    Path("designs/good.yaml").write_text("cnnshape: 1\ninput: [3, 8, 8]\nlayers: [relu]\n")
    Path("designs/values.yaml").write_text("replicas: 3\n")
    assert hook["pass_filenames"] is False
    outcome = run("check", *hook["args"])
    assert (outcome.exit_code, outcome.stdout) == (0, "1 design checked, nothing wrong\n")


EXTRAS = set(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"])
PAGES = [path for path in [*pages(), ROOT / "action.yml", *ROOT.glob(".pre-commit-*.yaml")] if path.suffix != ".svg"]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_a_page_installs_from_a_copy_with_extras_that_exist(page):
    """No index has the package, and no address of the repository is known."""
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"\bOWNER\b|cnnshape@|git\+https|/cnnshape\.git", text)
    for line in re.findall(r"pip install (.*?)(?:`|&&|$)", text, re.MULTILINE):
        words = [word.strip("\"'.,;") for word in line.split()]
        assert not any(re.match(r"cnnshape\b", word) for word in words), line
        for extras in re.findall(r"\[([\w,]+)\]", line):
            assert set(extras.split(",")) <= EXTRAS, line


@pytest.fixture(scope="session")
def standard(tmp_path_factory):
    """OASIS's schema of SARIF 2.1.0, from a package of the npm registry that brings it unchanged."""
    folder = tmp_path_factory.mktemp("sarif")
    done = run_script("npm pack --silent @datadog/datadog-ci-plugin-sarif@4.2.2", folder)
    assert done.returncode == 0, done.stderr
    with tarfile.open(folder / done.stdout.strip()) as package:
        schema = json.load(package.extractfile("package/dist/json-schema/sarif-schema-2.1.0.json"))
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


@installs
@pytest.mark.parametrize("what", ["bad", "sound", "missing"])
def test_sarif_fits_the_standard(standard, what):
    paths = {"bad": sorted(map(str, BAD.glob("*.yaml"))), "sound": ["architectures"], "missing": ["missing.yaml"]}
    command = [sys.executable, "-m", "cnnshape", "check", "--format", "sarif", *paths[what]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    log = json.loads(done.stdout)
    standard.validate(log)
    assert done.returncode == {"bad": 1, "sound": 0, "missing": 2}[what]
    assert not standard.is_valid({**log, "version": "2.0.0"})
