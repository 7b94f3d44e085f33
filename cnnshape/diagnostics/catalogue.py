"""The catalogue of all diagnostics: code, name and meaning.

Codes are stable, and `GROUPS` says what each group of them is about. The meaning of a design rule is the title of its
page; the page of any other code is its section of `docs/errors.md`.
"""

from cnnshape.diagnostics.severity import Severity
from cnnshape.named_tuple import NamedTuple


class Code(NamedTuple):
    """An entry: the stable code, the name, and the meaning in a sentence or two; `warns` for a warning among errors."""

    code: str
    name: str
    meaning: str
    warns: bool = False

    @property
    def group(self) -> str:
        """The beginning of the code that all codes of its group share: `CS5`."""
        return self.code[:3]

    @property
    def severity(self) -> Severity:
        """The severity of its diagnostics, unless one states its own."""
        return Severity.WARNING if self.warns or self.group in ("CS7", "CS8") else Severity.ERROR


GROUPS = {
    "CS1": "Reading the file",
    "CS2": "Structure",
    "CS3": "Names and expressions",
    "CS4": "Kinds and arguments",
    "CS5": "Shapes",
    "CS6": "Expectations and budgets",
    "CS7": "Design rules",
    "CS8": "Ignoring rules",
    "CS9": "Configuration",
}
"""What the codes of each group are about."""


_ENTRIES = (
    Code("CS101", "unreadable-file", "The file can't be opened or read: missing, a folder, or not permitted."),
    Code("CS102", "not-utf8", "The file's bytes are not UTF-8 text. Specs are UTF-8; save the file as such."),
    Code("CS103", "control-character", "The text contains a control character, which YAML doesn't allow."),
    Code("CS104", "yaml-syntax", "The text is not YAML: an unclosed bracket or quote, a wrong indentation, a tab."),
    Code("CS105", "limit-exceeded", "The file exceeds one of the reader's limits: size, depth, number of values."),
    Code("CS106", "yaml-feature", "A feature of YAML that specs don't use: anchors, aliases, tags, several documents."),
    Code("CS107", "duplicate-key", "A mapping has the same key twice; one of the values would be lost."),
    Code("CS108", "bad-key", "A key is not a plain word: a list, a mapping, or empty."),
    Code("CS109", "split-expression", "YAML ends an expression at its comma or bracket; the expression needs quotes."),
    Code("CS110", "failed-import", "What `cnnshape import` names can't be read, or holds what no spec can say."),
    Code("CS111", "inexpressible", "A layer that the target of `cnnshape export` can't express."),
    Code("CS201", "wrong-structure", "A value of the wrong structure, such as a list where a mapping is expected."),
    Code("CS202", "unknown-key", "A key that isn't allowed here."),
    Code("CS203", "missing-key", "A required key is missing: `input`, `layers` or `do`."),
    Code(
        "CS204",
        "bad-name",
        "An invalid name: a name starts with a letter or `_`, and goes on with letters, digits, `_`, `.` or `-`.",
    ),
    Code(
        "CS205",
        "unsupported-version",
        "`cnnshape:` states a version of the language that this version of the tool doesn't support.",
    ),
    Code("CS206", "bad-input", "An input's shape is not a list of positive whole numbers, channels first."),
    Code(
        "CS207",
        "bad-extends",
        "The file named by `extends` can't be used: it is missing, isn't a spec, or extends itself.",
    ),
    Code("CS208", "empty-file", "The file is empty."),
    Code("CS209", "ambiguous-step", "A step names two kinds or blocks, or none; it must name exactly one."),
    Code(
        "CS210", "misplaced-modifier", "A modifier that doesn't apply to this step, such as `first` without `repeat`."
    ),
    Code("CS301", "expression-syntax", "A value can't be read as an expression."),
    Code("CS302", "unknown-name", "An expression uses a name that isn't a parameter, loop variable or word here."),
    Code("CS303", "expression-value", "An expression has no value: division by zero, a word in arithmetic."),
    Code("CS304", "unknown-tensor", "`from`, a join or `outputs` names a step or input that doesn't exist (yet)."),
    Code("CS305", "duplicate-name", "Two steps of one scope have the same name."),
    Code("CS306", "unknown-param", "A parameter that the file or the block doesn't declare."),
    Code("CS307", "unequal-columns", "The columns of a `for` have different lengths."),
    Code("CS308", "block-cycle", "A block contains itself, directly or through others."),
    Code("CS309", "expansion-budget", "The design expands to more layers, or nests deeper, than the limit allows."),
    Code("CS310", "unknown-variant", "A variant that the file doesn't declare."),
    Code("CS311", "missing-param", "A block is used without a parameter that it requires."),
    Code("CS401", "unknown-kind", "A layer kind that doesn't exist."),
    Code("CS402", "unknown-block", "A block (CamelCase) that the file doesn't define."),
    Code("CS403", "unknown-argument", "An argument that the layer kind doesn't have."),
    Code("CS404", "missing-argument", "A layer without an argument that it requires."),
    Code("CS405", "bad-argument", "An argument whose value is out of range or of the wrong type."),
    Code("CS406", "foreign-spelling", "A word of another framework. The language has exactly one word for each thing."),
    Code("CS501", "window-too-large", "A window (kernel) is larger than its padded input: the output would be empty."),
    Code("CS502", "wrong-rank", "A layer gets a tensor with a number of axes that it doesn't accept."),
    Code("CS503", "indivisible-channels", "Channels that don't divide into the requested groups or parts."),
    Code("CS504", "shape-rejected", "A layer doesn't accept the shape of its input."),
    Code("CS505", "size-limit", "A tensor or a number is larger than any machine can hold."),
    Code("CS512", "residual-shape-mismatch", "The body and the shortcut of a residual end in different shapes."),
    Code("CS513", "join-shape-mismatch", "Tensors that are added, multiplied or concatenated don't fit together."),
    Code("CS514", "share-mismatch", "`share` names weights that don't fit the layer that uses them."),
    Code("CS515", "weights-misfit", "At the size of `--input`, weights have other shapes than at the file's own size."),
    Code(
        "CS516",
        "stale-output",
        "At the size of `--input`, an opaque layer states the output of the file's own size.",
        warns=True,
    ),
    Code("CS601", "expectation-missed", "A figure is not what the file's `expect` says."),
    Code("CS602", "bad-expectation", "An expectation that can't be read, or of a figure that doesn't exist."),
    Code("CS603", "budget-exceeded", "A figure exceeds a budget from the command line or the configuration."),
    Code("CS605", "contract-missed", "A tensor that enters or leaves a step has another shape than its `expect` says."),
    Code(
        "CS606",
        "too-close",
        "The memory of a device is an estimate, and its error is larger than the distance from a bound.",
        warns=True,
    ),
    Code("CS701", "dropped-input", "A window that doesn't tile its input: the last rows or columns are never seen."),
    Code("CS702", "skipped-input", "A stride that steps over cells: the cells between the windows are never seen."),
    Code("CS703", "bias-before-norm", "A bias that the following normalization cancels."),
    Code("CS704", "even-kernel-same", "An even kernel with `same` padding: the output is shifted by half a cell."),
    Code("CS705", "heavy-head", "A linear layer on a flattened map holds more than half of all parameters."),
    Code("CS706", "unproductive-layer", "Convolutions whose input has already seen the whole image, on every path."),
    Code(
        "CS707",
        "unaligned-paths",
        "Paths whose cells have different centres are joined, which shifts features against each other.",
    ),
    Code("CS708", "wide-bottleneck", "A bottleneck whose middle is no narrower than its ends."),
    Code("CS709", "repeated-activation", "An activation directly after an activation."),
    Code("CS710", "repeated-norm", "A normalization directly after a normalization."),
    Code("CS711", "unused-block", "A block that no step uses."),
    Code("CS712", "unused-param", "A parameter, of the file or of a block, that nothing reads."),
    Code("CS713", "unused-variable", "A loop variable that nothing reads."),
    Code("CS714", "unused-output", "A tensor that nothing reads: the end of a dead branch, or an unused input."),
    Code("CS715", "input-layout", "An input whose shape seems to include a batch, or to have its channels last."),
    Code("CS716", "repeated-operand", "An element-wise join that takes the same tensor twice."),
    Code("CS717", "oversized-window", "A pool whose window is larger than its padded input, which only `ceil` allows."),
    Code("CS801", "unused-ignore", "A `# cnnshape: ignore[...]` comment that ignores nothing."),
    Code("CS802", "bad-ignore", "An ignore comment without a rule, or with something that can't be ignored."),
    Code("CS901", "bad-configuration", "The configuration file can't be read, or sets something that doesn't exist."),
)

CATALOGUE = {entry.name: entry for entry in _ENTRIES}


def lookup(word: str) -> Code | None:
    """The entry with that name or code, in any case; None if there is none."""
    name = word.lower().replace("_", "-")
    return CATALOGUE.get(name) or next((entry for entry in _ENTRIES if entry.code == word.upper()), None)
