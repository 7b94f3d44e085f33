"use strict";
const root = document.documentElement;
root.classList.add("js");
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const ranges = text => text ? text.split(",").map(part => part.split("-").map(Number)).map(([a, b = a]) => [a, b]) : [];
const shown = number => number.toLocaleString("en");
const click = element => element.dispatchEvent(new MouseEvent("click", {bubbles: true}));
const go = hash => { try { history.replaceState(null, "", hash || "#"); } catch { /* a frame without an address */ } };

function start(side) {
  const prefix = side.dataset.prefix;
  const steps = JSON.parse(side.querySelector("script").textContent);
  const status = side.querySelector(".selected");
  const stairs = side.querySelector(".stairs");
  const field = side.querySelector(".field");
  const search = side.querySelector("[type=search]");
  const marked = all("[data-l]", side).map(element => ({
    element,
    ranges: ranges(element.dataset.l),
    line: element.matches(".code li"),
    state: element.matches("g") ? "aria-pressed" : "aria-current",
  }));
  const open = [];
  const rows = all(".layers tbody tr", side).map(element => {
    const depth = +(element.dataset.d || 0);
    open.length = depth;
    const row = {element, up: open[depth - 1], button: element.querySelector(".fold"), depth};
    open[depth] = row;
    return row;
  });
  const hint = status.textContent;

  function fold(row, isOpen) {
    row.button?.setAttribute("aria-expanded", isOpen);
  }
  const isOpen = row => row.button.getAttribute("aria-expanded") === "true";
  const isShown = row => !row.up || (isOpen(row.up) && isShown(row.up));
  function draw() {
    const words = search.value.trim().toLowerCase();
    const kept = new Set();
    if (words) for (const row of rows) {
      if (row.element.textContent.toLowerCase().includes(words)) for (let at = row; at; at = at.up) kept.add(at);
    }
    for (const row of rows) row.element.hidden = words ? !kept.has(row) : !isShown(row);
    side.querySelector("output").textContent = words ? `${kept.size} lines` : "";
  }

  function describe(text, name, last, chosen) {
    const sum = index => shown(chosen.reduce((total, step) => total + BigInt(step[index]), 0n));
    const most = shown(chosen.reduce((largest, step) => step[7] > largest ? step[7] : largest, 0));
    const numbers = text.length > 40 ? `${text.slice(0, 40)}…` : text;
    return `${name} · layers ${numbers} · output ${last[3]} · ${sum(4)} params · ${sum(5)} MACs · receptive field ${last[6]}`
      + ` · at most ${most} bytes alive`;
  }

  function place(last) {
    const [input, scale] = [side.querySelector(".input"), +field.dataset.scale];
    const sides = last ? last[6].split("x").map(parseFloat) : [0];
    const full = ["height", "width"].map(side => +input.getAttribute(side));
    const size = full.map((length, axis) => last?.[6] === "all" ? length : (sides[axis] ?? sides[0]) * scale || 0);
    ["height", "width"].forEach((side, axis) => field.setAttribute(side, size[axis]));
    ["y", "x"].forEach((side, axis) => field.setAttribute(side, (full[axis] - size[axis]) / 2));
  }

  function select(text, name = "") {
    const chosen = new Set();
    for (const [first, last] of ranges(text)) for (let at = first; at <= last; at++) chosen.add(at);
    side.dataset.selected = text;
    for (const {element, ranges, line, state} of marked) {
      let count = 0, inside = 0;
      for (const [first, last] of ranges) for (let at = first; at <= last; at++) { count++; inside += chosen.has(at); }
      const isOn = inside > 0 && (line || inside === count);
      element.classList.toggle("on", isOn);
      element.classList.toggle("part", inside > 0 && !isOn);
      element.setAttribute(state, isOn);
    }
    const own = steps.filter(step => chosen.has(step[0]));
    const last = own.at(-1);
    const known = marked.find(({element}) => element.dataset.l === text);
    const names = {card: known?.element.dataset.card, step: own.length === 1 ? own[0][2] : ""};
    name ||= names.step || names.card || known?.element.querySelector("a")?.textContent || "selection";
    status.textContent = last ? describe(text, name, last, own) : hint;
    if (field) place(last);
    if (stairs && last) {
      stairs.setAttribute("aria-valuenow", steps.indexOf(last) + 1);
      stairs.setAttribute("aria-valuetext", `${last[2]}: ${shown(last[7])} bytes alive`);
    }
    if (last && ranges(text).length === 1) for (const row of rows) {
      if (row.element.dataset.l === text) for (let at = row.up; at; at = at.up) fold(at, true);
    }
    draw();
    for (const code of all(".code", side)) {
      const line = code.querySelector(".on");
      if (line) code.scrollTop += line.getBoundingClientRect().top - code.getBoundingClientRect().top - 60;
    }
  }

  function pick(element) {
    const isLine = element.matches(".code li");
    const again = side.dataset.selected === element.dataset.l;
    const hash = isLine ? `#${element.id}` : `#${prefix}L${element.dataset.l}`;
    go(again ? "" : hash);
    select(again ? "" : element.dataset.l, isLine ? `line ${element.querySelector("a").textContent}` : "");
  }

  side.addEventListener("click", event => {
    const button = event.target.closest("button");
    if (button) {
      if (button.matches(".all")) {
        const wanted = !rows.some(row => row.button && isOpen(row));
        rows.forEach(row => fold(row, wanted));
      } else {
        const row = rows.find(row => row.button === button);
        fold(row, !isOpen(row));
      }
      return draw();
    }
    const element = event.target.closest("[data-l]");
    if (!element || event.ctrlKey || event.metaKey || String(getSelection())) return;
    event.preventDefault();
    pick(element);
  });
  side.addEventListener("keydown", event => {
    const at = {ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1}[event.key];
    if (event.target.matches("g[data-l]") && (event.key === "Enter" || event.key === " ")) click(event.target);
    else if (event.target === stairs && (at || event.key === "Home" || event.key === "End")) {
      const now = +stairs.getAttribute("aria-valuenow");
      const next = at ? Math.min(Math.max(now + at, 1), steps.length) : event.key === "Home" ? 1 : steps.length;
      const [first, last] = steps[next - 1];
      const text = first === last ? `${first}` : `${first}-${last}`;
      go(`#${prefix}L${text}`);
      select(text);
    } else return;
    event.preventDefault();
  });
  search.addEventListener("input", draw);
  for (const card of all("g[data-l]", side)) {
    card.tabIndex = 0;
    card.setAttribute("role", "button");
  }
  if (stairs) {
    stairs.tabIndex = 0;
    const words = {role: "slider", "aria-valuemin": 1, "aria-valuemax": steps.length, "aria-valuenow": 0, "aria-valuetext": "none"};
    for (const [name, value] of Object.entries(words)) stairs.setAttribute(name, value);
  }
  if (rows.length > 40) rows.forEach(row => fold(row, row.depth === 0));
  draw();
  return {prefix, search, select, count: steps.at(-1)[1]};
}

const sides = all("article").filter(side => side.querySelector("script")).map(start);
function follow() {
  const name = decodeURIComponent(location.hash.slice(1));
  for (const {prefix, select, count} of sides) {
    const layers = name.startsWith(`${prefix}L`) && name.slice(prefix.length + 1);
    const line = document.getElementById(name);
    if (layers && ranges(layers).flat().every(number => number >= 1 && number <= count)) select(layers);
    else if (line?.matches(".code li") && line.dataset.l) select(line.dataset.l, `line ${line.querySelector("a").textContent}`);
  }
}
addEventListener("hashchange", follow);
addEventListener("keydown", event => {
  if (event.key === "Escape") {
    for (const {search, select} of sides) { search.value = ""; select(""); }
    go("");
  } else if (event.key === "/" && !event.target.matches("input")) {
    sides[0]?.search.focus();
    event.preventDefault();
  }
});
follow();
