"use strict";
const root = document.documentElement;
root.classList.add("js");
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const ranges = text => text ? text.split(",").map(part => part.split("-").map(Number)).map(([a, b = a]) => [a, b]) : [];
const commas = number => number.toLocaleString("en");
const go = hash => { try { history.replaceState(null, "", hash || "#"); } catch { /* a frame without an address */ } };

function start(side) {
  const one = selector => side.querySelector(selector);
  const prefix = side.dataset.prefix;
  const status = one(".selected"), stairs = one(".stairs"), field = one(".field"), search = one("[type=search]");
  const hint = status.textContent;
  let first = 1;
  const steps = JSON.parse(one("script").textContent).map(([last, name, shape, params, macs, sees, bytes]) => {
    const text = first === last ? `${last}` : `${first}-${last}`;
    const step = {first, name, shape, params, macs, sees, bytes, text};
    first = last + 1;
    return step;
  });
  if (stairs) all("path", stairs).forEach((path, index) => { path.dataset.l = steps[index].text; });
  const marked = all("[data-l]", side).map(element => ({element, text: element.dataset.l, own: ranges(element.dataset.l)}));
  const above = [];
  const rows = all(".layers tbody tr", side).map(element => {
    const depth = +(element.dataset.d || 0);
    const row = {element, up: depth && above[depth - 1], button: element.querySelector(".fold"), isOpen: true};
    return above[depth] = row;
  });

  function fold(row, isOpen) {
    row.isOpen = isOpen;
    row.button?.setAttribute("aria-expanded", isOpen);
  }
  const isShown = row => !row.up || (row.up.isOpen && isShown(row.up));
  function draw() {
    const words = search.value.trim().toLowerCase();
    const hits = rows.filter(row => row.element.textContent.toLowerCase().includes(words));
    const kept = new Set(hits);
    for (const hit of hits) for (let row = hit.up; row; row = row.up) kept.add(row);
    for (const row of rows) row.element.hidden = !(words ? kept.has(row) : isShown(row));
    one("output").textContent = words ? `${hits.length} lines` : "";
  }

  function describe(name, text, own) {
    const sum = key => commas(own.reduce((total, step) => total + BigInt(step[key]), 0n));
    const {shape, sees} = own.at(-1);
    return `${name} · layers ${text.length > 40 ? text.slice(0, 40) + "…" : text} · output ${shape} · ${sum("params")} params`
      + ` · ${sum("macs")} MACs · receptive field ${sees} · at most ${commas(Math.max(...own.map(step => step.bytes)))} bytes alive`;
  }

  function place(sees) {
    const axes = sees.split("x").map(parseFloat);
    [["height", "y"], ["width", "x"]].forEach(([side, corner], axis) => {
      const whole = +one(".input").getAttribute(side);
      const size = sees === "all" ? whole : (axes[axis] ?? axes[0]) * field.dataset.scale || 0;
      field.setAttribute(side, size);
      field.setAttribute(corner, (whole - size) / 2);
    });
  }

  function select(text, name = "") {
    const chosen = new Set();
    for (const [from, to] of ranges(text)) for (let at = from; at <= to; at++) chosen.add(at);
    side.dataset.selected = text;
    for (const {element, own} of marked) {
      let count = 0, inside = 0;
      for (const [from, to] of own) for (let at = from; at <= to; at++) { count++; inside += chosen.has(at); }
      const isOn = inside > 0 && (inside === count || element.matches(".code li"));
      element.classList.toggle("on", isOn);
      element.classList.toggle("part", inside > 0 && !isOn);
      element.setAttribute(element.matches("g") ? "aria-pressed" : "aria-current", isOn);
    }
    const own = steps.filter(step => chosen.has(step.first));
    const last = own.at(-1);
    const same = marked.find(item => item.text === text)?.element;
    name ||= own.length === 1 ? last.name : same?.dataset.card || same?.querySelector("a")?.textContent || "selection";
    status.textContent = last ? describe(name, text, own) : hint;
    if (field) place(last ? last.sees : "");
    stairs?.setAttribute("aria-valuenow", steps.indexOf(last) + 1);
    stairs?.setAttribute("aria-valuetext", last ? `${last.name}: ${commas(last.bytes)} bytes alive` : "no step");
    const row = rows.find(row => row.element.dataset.l === text);
    for (let up = row?.up; up; up = up.up) fold(up, true);
    draw();
    for (const code of all(".code", side)) {
      const line = code.querySelector(".on");
      if (line) code.scrollTop += line.getBoundingClientRect().top - code.getBoundingClientRect().top - 60;
    }
  }
  const selectLine = line => select(line.dataset.l, `line ${line.querySelector("a").textContent}`);

  function stepAt(x) {
    const {left, width} = stairs.getBoundingClientRect();
    const layer = (x - left) / width * (first - 1) + 1;
    return stairs.children[steps.findLastIndex(step => step.first <= layer)];
  }

  function pick(element) {
    const isLine = element.matches(".code li");
    const isSame = side.dataset.selected === element.dataset.l;
    go(isSame ? "" : isLine ? `#${element.id}` : `#${prefix}L${element.dataset.l}`);
    isSame ? select("") : isLine ? selectLine(element) : select(element.dataset.l);
  }

  side.addEventListener("click", event => {
    const button = event.target.closest("button");
    const isLink = event.target.matches(".layers td a");
    // A step with little memory is too low to be hit.
    const element = event.target.closest(".stairs") ? stepAt(event.clientX) : event.target.closest("[data-l]");
    if (button) {
      const row = rows.find(row => row.button === button);
      const isOpen = rows.some(row => row.button && row.isOpen);
      row ? fold(row, !row.isOpen) : rows.forEach(row => fold(row, !isOpen));
      draw();
    } else if (element && !isLink && !event.ctrlKey && !event.metaKey && !String(getSelection())) {
      event.preventDefault();
      pick(element);
    }
  });
  side.addEventListener("keydown", event => {
    const {key, target} = event;
    const move = {ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -Infinity, End: Infinity}[key];
    if (target === stairs && move) {
      const next = +stairs.getAttribute("aria-valuenow") - 1 + move;
      const {text} = steps[Math.max(0, Math.min(next, steps.length - 1))];
      go(`#${prefix}L${text}`);
      select(text);
    } else if (target.matches("g[data-l]") && (key === "Enter" || key === " ")) {
      pick(target);
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
    const words = {role: "slider", "aria-valuemin": 1, "aria-valuemax": steps.length, "aria-valuenow": 0};
    for (const name in words) stairs.setAttribute(name, words[name]);
  }
  if (rows.length > 40) for (const row of rows) fold(row, !row.up);
  draw();
  return {prefix, search, select, selectLine, layers: first - 1};
}

const sides = all("article").filter(side => side.querySelector("script")).map(start);
function follow() {
  const name = decodeURIComponent(location.hash.slice(1));
  const line = document.getElementById(name);
  for (const {prefix, select, selectLine, layers} of sides) {
    const text = name.startsWith(`${prefix}L`) ? name.slice(prefix.length + 1) : "";
    if (text && ranges(text).flat().every(number => number > 0 && number <= layers)) select(text);
    else if (line?.matches(".code [data-l]") && name.startsWith(`${prefix}line`)) selectLine(line);
  }
}
addEventListener("hashchange", follow);
addEventListener("keydown", event => {
  if (event.key === "Escape") {
    for (const {search, select} of sides) {
      search.value = "";
      search.blur();
      select("");
    }
    go("");
  } else if (event.key === "/" && sides.length && !event.target.matches("input")) {
    sides[0].search.focus();
    event.preventDefault();
  }
});
follow();
