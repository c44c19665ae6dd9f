"use strict";
// The page of networks: lays the graph out, draws it, and lets it be moved, filtered and searched.
// All that was typed by somebody enters the page as text, never as markup.

const data = JSON.parse(document.getElementById("data").textContent);
const SVG = "http://www.w3.org/2000/svg";

// What is said, by language; what stands in a message in braces is filled in.
const WORDS = data.words;

function filled(message, values) {
  return message.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? values[key] : whole));
}

const LEGEND = ["case", "immediate", "high", "item", "handle", "confirmed", "bridge", "bridge doubtful", "cut"];
const URGENCIES = ["low", "normal", "high", "immediate"];
let words = WORDS[data.lang];

// ---------------------------------------------------------------- the graph

const nodes = [], edges = [];
for (const network of data.networks) {
  const byName = new Map(), byHub = new Map();
  for (const one of network.case_list) {
    byName.set(one.case, nodes.length);
    nodes.push({ network, kind: "case", label: one.case, one, edges: [], x: 0, y: 0 });
  }
  for (const hub of network.hubs) {
    byHub.set(hub.hub, nodes.length);
    const kind = hub.handle ? "handle" : "item";
    const label = hub.handle ? hub.handle.value : hub.item.slice(0, 12);
    nodes.push({ network, kind, label, one: hub, edges: [], x: 0, y: 0 });
  }
  for (const edge of network.edge_list) {
    const ends = [edge.from, edge.to].map((e) => nodes[e.case !== undefined ? byName.get(e.case) : byHub.get(e.hub)]);
    const drawn = { network, edge, a: ends[0], b: ends[1], kinds: new Set(edge.reasons.map(kindOf)) };
    edges.push(drawn);
    ends.forEach((end) => end.edges.push(drawn));
  }
}

function kindOf(reason) {
  return reason.reason === "match" ? reason.relation : reason.reason === "handle" ? reason.handle.kind : "same_file";
}

// ---------------------------------------------------------------- the layout

// The same numbers for the same page: "mulberry32" with a fixed seed.
function randomNumbers(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const SPACE = 92;

// Springs along ties, and nodes that keep their distance (Fruchterman and Reingold, 1991). Those
// far apart do not feel each other: a grid finds those that do.
function layOut(members, ties) {
  const random = randomNumbers(members.length * 7919 + ties.length);
  const radius = SPACE * Math.sqrt(members.length) * 0.55;
  members.forEach((node, n) => {
    const angle = n * 2.399963, away = radius * Math.sqrt((n + 0.5) / members.length);
    node.x = away * Math.cos(angle) + random();
    node.y = away * Math.sin(angle) + random();
  });
  const rounds = members.length > 1200 ? 160 : members.length > 300 ? 260 : 420;
  for (let round = 0; round < rounds; round++) step(members, ties, SPACE * 0.9 * (1 - round / rounds) + 0.5);
}

function step(members, ties, most) {
  const reach = SPACE * 2.8, cells = new Map(), inwards = 0.055 / Math.sqrt(members.length + 10);
  const cell = (x, y) => Math.floor(x / reach) * 73856093 + Math.floor(y / reach) * 19349663;
  for (const node of members) {
    node.dx = -node.x * inwards;
    node.dy = -node.y * inwards * 1.4;
    const key = cell(node.x, node.y);
    if (cells.has(key)) cells.get(key).push(node); else cells.set(key, [node]);
  }
  for (const node of members) {
    for (let i = -1; i < 2; i++) for (let j = -1; j < 2; j++) {
      const others = cells.get(cell(node.x + i * reach, node.y + j * reach));
      if (others) for (const other of others) repel(node, other, reach);
    }
  }
  for (const tie of ties) {
    const dx = tie.b.x - tie.a.x, dy = tie.b.y - tie.a.y, away = Math.hypot(dx, dy) || 1;
    const pull = (away - SPACE) * 0.17 / Math.sqrt(Math.max(1, Math.min(tie.a.edges.length, tie.b.edges.length)));
    tie.a.dx += dx / away * pull; tie.a.dy += dy / away * pull;
    tie.b.dx -= dx / away * pull; tie.b.dy -= dy / away * pull;
  }
  for (const node of members) {
    const length = Math.hypot(node.dx, node.dy) || 1, go = Math.min(length, most) / length;
    node.x += node.dx * go;
    node.y += node.dy * go;
  }
}

function repel(node, other, reach) {
  if (node === other) return;
  const dx = node.x - other.x, dy = node.y - other.y, square = dx * dx + dy * dy + 0.01;
  if (square > reach * reach) return;
  const push = SPACE * SPACE * 0.3 / square;
  node.dx += dx * push;
  node.dy += dy * push;
}

// Networks side by side in rows, the largest first.
const frames = [];
function arrange() {
  const boxes = data.networks.map((network) => {
    const members = nodes.filter((node) => node.network === network);
    layOut(members, edges.filter((edge) => edge.network === network));
    const xs = members.map((node) => node.x), ys = members.map((node) => node.y);
    const least = [xs, ys].map((all) => all.reduce((a, b) => Math.min(a, b), Infinity));
    const most = [xs, ys].map((all) => all.reduce((a, b) => Math.max(a, b), -Infinity));
    return { network, members, left: least[0], top: least[1],
      width: Math.max(most[0] - least[0], 90) + 110, height: most[1] - least[1] + 110 };
  });
  const area = boxes.reduce((sum, box) => sum + box.width * box.height, 0);
  const across = Math.max(Math.sqrt(area * 1.5), ...boxes.map((box) => box.width));
  let x = 0, y = 0, tallest = 0;
  for (const box of boxes) {
    if (x > 0 && x + box.width > across) { x = 0; y += tallest + 18; tallest = 0; }
    for (const node of box.members) { node.x += x + 55 - box.left; node.y += y + 58 - box.top; }
    frames.push({ network: box.network, x, y, width: box.width, height: box.height });
    x += box.width + 18;
    tallest = Math.max(tallest, box.height);
  }
}

// ---------------------------------------------------------------- elements

function make(name, attributes, ...children) {
  const isSvg = ["svg", "g", "line", "circle", "rect", "path", "text", "title"].includes(name);
  const element = isSvg ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// A name in whatever direction it is written, set apart from the text around it.
const name = (text) => make("bdi", {}, text);

function shape(kind) {
  if (kind === "item") return make("path", { class: "shape", d: "M0 -11L11 0L0 11L-11 0Z" });
  if (kind === "handle") return make("rect", { class: "shape", x: -9, y: -9, width: 18, height: 18, rx: 5 });
  return make("circle", { class: "shape", r: 10 });
}

// ---------------------------------------------------------------- what is shown

const filter = { network: "", urgency: "", state: "", onlyNew: false, kinds: new Set(), search: "" };
const kinds = [...new Set(edges.flatMap((edge) => [...edge.kinds]))];
kinds.forEach((kind) => filter.kinds.add(kind));
const hasNews = data.networks.some((network) => network.new_edges !== undefined);
let selected = null, svg = null, view = null, view_at = { x: 0, y: 0, scale: 1 };

function urgencyOf(node) { return node.one.urgency || null; }

function isUrgent(node) {
  return !filter.urgency || node.kind !== "case" || URGENCIES.indexOf(urgencyOf(node)) >= URGENCIES.indexOf(filter.urgency);
}

function isShown(edge) {
  return (!filter.network || String(edge.network.network) === filter.network)
    && [...edge.kinds].some((kind) => filter.kinds.has(kind))
    && (!filter.state || edge.edge.state === filter.state)
    && (!filter.onlyNew || edge.edge.is_new === true);
}

function textOf(node) {
  const handles = node.edges.flatMap((edge) => edge.edge.reasons.map((r) =>
    [r.handle && r.handle.value, r.item, r.from_item, r.to_item].filter(Boolean).join(" ")));
  const own = node.kind === "item" ? node.one.item : node.label;
  return [own, node.one.channel || "", node.kind === "case" ? handles.join(" ") : ""].join(" ").toLowerCase();
}

function refresh() {
  const shown = new Set();
  for (const edge of edges) {
    const is = isShown(edge);
    edge.line.classList.toggle("hidden", !is);
    edge.hit.classList.toggle("hidden", !is);
    if (is) { shown.add(edge.a); shown.add(edge.b); }
    const isFaint = !isUrgent(edge.a) || !isUrgent(edge.b);
    edge.line.classList.toggle("faint", isFaint);
    edge.line.classList.toggle("lit", selected === edge || selected === edge.a || selected === edge.b);
  }
  const wanted = filter.search.trim().toLowerCase();
  const found = [];
  for (const node of nodes) {
    const is = shown.has(node), isFound = is && wanted !== "" && textOf(node).includes(wanted);
    node.element.classList.toggle("hidden", !is);
    node.element.classList.toggle("faint", is && (!isUrgent(node) || (wanted !== "" && !isFound)));
    node.element.classList.toggle("found", isFound);
    node.element.classList.toggle("selected", selected === node);
    if (isFound) found.push(node);
  }
  for (const frame of frames) {
    const is = !filter.network || String(frame.network.network) === filter.network;
    frame.element.classList.toggle("hidden", !is);
  }
  document.getElementById("found").textContent = wanted === "" ? "" : filled(words.found, { n: found.length });
  return found;
}

function place() {
  for (const edge of edges) for (const line of [edge.line, edge.hit]) {
    line.setAttribute("x1", edge.a.x); line.setAttribute("y1", edge.a.y);
    line.setAttribute("x2", edge.b.x); line.setAttribute("y2", edge.b.y);
  }
  for (const node of nodes) node.element.setAttribute("transform", `translate(${node.x.toFixed(1)} ${node.y.toFixed(1)})`);
}

function look() {
  view.setAttribute("transform", `translate(${view_at.x} ${view_at.y}) scale(${view_at.scale})`);
  // Small, the graph is read by larger signs; very small, by its shape alone.
  view.style.setProperty("--sign", Math.max(1, Math.min(1.9, 0.85 / view_at.scale)));
  svg.classList.toggle("far", view_at.scale < (nodes.length > 80 ? 0.6 : 0.42));
}

function fit() {
  const some = frames.filter((frame) => !frame.element.classList.contains("hidden"));
  if (some.length === 0) return;
  const left = Math.min(...some.map((f) => f.x)), top = Math.min(...some.map((f) => f.y));
  const right = Math.max(...some.map((f) => f.x + f.width)), bottom = Math.max(...some.map((f) => f.y + f.height));
  const scale = Math.min(1.5, 984 / (right - left), 684 / (bottom - top));
  view_at = { scale, x: 500 - scale * (left + right) / 2, y: 350 - scale * (top + bottom) / 2 };
  look();
}

function zoom(by, x = 500, y = 350) {
  const scale = Math.max(0.02, Math.min(6, view_at.scale * by)), change = scale / view_at.scale;
  view_at = { scale, x: x - (x - view_at.x) * change, y: y - (y - view_at.y) * change };
  look();
}

function centre(node) {
  const scale = Math.max(view_at.scale, 0.9);
  view_at = { scale, x: 500 - node.x * scale, y: 350 - node.y * scale };
  look();
}

// ---------------------------------------------------------------- moving about

function pointIn(event) {
  const matrix = svg.getScreenCTM();
  return { x: (event.clientX - matrix.e) / matrix.a, y: (event.clientY - matrix.f) / matrix.d };
}

let drag = null;
function startDrag(event, node) {
  if (event.button > 0) return;
  drag = { node, from: pointIn(event), at: { ...view_at }, moved: false };
  svg.setPointerCapture(event.pointerId);
  svg.classList.add("moving");
  event.stopPropagation();
}

function moveDrag(event) {
  if (!drag) return;
  const to = pointIn(event), dx = to.x - drag.from.x, dy = to.y - drag.from.y;
  if (!drag.moved && Math.hypot(dx, dy) < 4) return;
  drag.moved = true;
  if (drag.node) {
    drag.node.x += dx / view_at.scale; drag.node.y += dy / view_at.scale;
    drag.from = to;
    place();
  } else {
    view_at = { ...drag.at, x: drag.at.x + dx, y: drag.at.y + dy };
    look();
  }
}

function endDrag() {
  if (drag && !drag.moved) select(drag.node || drag.edge || null);
  drag = null;
  svg.classList.remove("moving");
}

function select(what) {
  selected = what;
  refresh();
  tell();
  if (what && what.element) { nodes.forEach((node) => node.element.setAttribute("tabindex", node === what ? 0 : -1)); }
}

// To the nearest node in the direction of an arrow key.
function neighbour(from, key) {
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  let best = null, least = Infinity;
  for (const node of nodes) {
    if (node === from || node.element.classList.contains("hidden")) continue;
    const dx = node.x - from.x, dy = node.y - from.y;
    const along = dx * way[0] + dy * way[1], across = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
    if (along > 0 && along + 2 * across < least) { least = along + 2 * across; best = node; }
  }
  return best;
}

function onKey(event) {
  const node = nodes.find((one) => one.element === document.activeElement);
  if (event.key.startsWith("Arrow")) {
    const next = node ? neighbour(node, event.key) : nodes.find((one) => !one.element.classList.contains("hidden"));
    if (next) { select(next); next.element.focus(); centre(next); }
  } else if (event.key === "Enter" || event.key === " ") { if (node) select(node); }
  else if (event.key === "Escape") select(null);
  else if (event.key === "+" || event.key === "=") zoom(1.25);
  else if (event.key === "-") zoom(0.8);
  else if (event.key === "0") fit();
  else return;
  event.preventDefault();
}

// ---------------------------------------------------------------- telling

function nameOf(node) {
  const text = node.kind === "case" ? node.label : node.kind === "item" ? `${words.file} ${node.label}` : node.label;
  return make("button", { class: "link", type: "button", onclick: () => { select(node); centre(node); } }, name(text));
}

function day(ms) { return new Date(ms).toISOString().slice(0, 10); }

function grouped(number) { return String(number).replace(/\B(?=(\d{3})+$)/g, ","); }

function why(reason) {
  const parts = [words[kindOf(reason)] || kindOf(reason)];
  const count = reason.links || reason.files || reason.handles;
  const block = make("div", { class: "why" });
  if (reason.reason === "handle") block.append(`${parts[0]} `, name([reason.handle.platform, reason.handle.value].filter(Boolean).join(" ")));
  else if (reason.reason === "same_file") block.append(`${parts[0]} `, make("code", {}, reason.item.slice(0, 12)));
  else block.append(`${parts[0]} `, make("code", {}, `${reason.from_item.slice(0, 12)} — ${reason.to_item.slice(0, 12)}`));
  if (count > 1) block.append(` ${filled(words.more, { n: count - 1 })}`);
  if (reason.reason === "match" && reason.false_alarm_rate > 0 && reason.false_alarm_rate < 1) {
    block.append(make("div", {}, filled(words.one_in, { n: grouped(Math.floor(1 / reason.false_alarm_rate)) })));
  }
  return block;
}

function tieBlock(edge) {
  const block = make("div", {}, ...edge.edge.reasons.map(why));
  const state = edge.edge.state;
  block.append(make("span", { class: `state ${state}` }, words[state]), edge.edge.is_new ? ` · ${words.is_new}` : "");
  if (edge.edge.splits) block.append(make("div", { class: "thin" }, filled(words.splits, { a: edge.edge.splits[0], b: edge.edge.splits[1] })));
  return block;
}

function tell() {
  const panel = document.getElementById("panel");
  panel.replaceChildren();
  if (!selected) tellNetwork(panel);
  else if (selected.edge) {
    panel.append(make("h2", {}, nameOf(selected.a), " — ", nameOf(selected.b)), tieBlock(selected));
  } else tellNode(panel, selected);
}

function tellNode(panel, node) {
  panel.append(make("h2", {}, name(node.kind === "item" ? `${words.file} ${node.label}` : node.label)));
  const facts = [`${words.network} ${node.network.network}`];
  if (node.kind === "case") {
    if (urgencyOf(node)) facts.push(`${words.urgency}: ${words[urgencyOf(node)]}`);
    facts.push(`${words.opened} ${day(node.one.opened_at_ms)}`);
    if (node.one.channel) facts.push(`${words.channel}: \u2068${words[`channel_${node.one.channel}`] || node.one.channel}\u2069`);
    if (node.one.is_new) facts.push(words.is_new);
  } else {
    if (node.one.handle) facts.push([words[node.one.handle.kind], node.one.handle.platform].filter(Boolean).join(" "));
    facts.push(`${words.shared_by} ${node.one.cases}`);
  }
  panel.append(make("p", { class: "why" }, facts.join(" · ")));
  if (node.one.is_cut) panel.append(make("p", { class: "thin" }, words.cut));
  panel.append(make("h3", {}, words.ties));
  const other = (edge) => (edge.a === node ? edge.b : edge.a);
  const list = node.edges.filter(isShown).map((edge) => make("li", {}, nameOf(other(edge)), tieBlock(edge)));
  panel.append(make("ul", {}, ...list));
}

function tellNetwork(panel) {
  const one = data.networks.find((network) => String(network.network) === filter.network)
    || (data.networks.length === 1 ? data.networks[0] : null);
  if (!one) { panel.append(make("p", {}, words.pick)); return; }
  panel.append(make("h2", {}, `${words.network} ${one.network}`));
  panel.append(make("p", { class: "why" }, `${words.cases}: ${one.cases} · ${words.ties}: ${one.edges}`), make("p", {}, words.pick));
  const thin = edges.filter((edge) => edge.network === one && edge.edge.splits && edge.edge.splits[0] > 1).slice(0, 12);
  if (thin.length > 0) {
    const row = (edge) => make("li", {}, nameOf(edge.a), " — ", nameOf(edge.b), tieBlock(edge));
    panel.append(make("h3", {}, words.alone), make("ul", {}, ...thin.map(row)));
  }
}

// ---------------------------------------------------------------- the page

function choice(label, key, options) {
  const select = make("select", { onchange: (event) => {
    filter[key] = event.target.value;
    if (key === "network") { selected = null; tell(); }
    refresh();
    if (key === "network") fit();
  } }, ...options.map(([value, text]) => make("option", { value, selected: filter[key] === value }, text)));
  return make("label", {}, make("span", {}, label), select);
}

function controls() {
  const search = make("input", { type: "search", id: "search", placeholder: words.hint, value: filter.search,
    oninput: (event) => { filter.search = event.target.value; refresh(); },
    onkeydown: (event) => { if (event.key === "Enter") { const [first] = refresh(); if (first) { select(first); centre(first); } } } });
  const box = (kind) => make("label", {}, make("input", { type: "checkbox", checked: filter.kinds.has(kind),
    onchange: (event) => { filter.kinds[event.target.checked ? "add" : "delete"](kind); refresh(); tell(); } }), words[kind] || kind);
  return make("div", { class: "controls" },
    make("label", {}, make("span", {}, words.search), search), make("output", { id: "found", for: "search", class: "name" }),
    choice(words.network, "network", [["", words.all], ...data.networks.map((n) => [String(n.network), String(n.network)])]),
    choice(words.urgency, "urgency", [["", words.all], ["normal", words.from_normal], ["high", words.from_high], ["immediate", words.immediate]]),
    choice(words.state, "state", [["", words.all], ["unreviewed", words.unreviewed], ["confirmed", words.confirmed]]),
    hasNews ? make("label", {}, make("input", { type: "checkbox", checked: filter.onlyNew,
      onchange: (event) => { filter.onlyNew = event.target.checked; refresh(); } }), words.only_new) : null,
    make("fieldset", {}, make("legend", {}, words.reasons), ...kinds.map(box)));
}

function nodeElement(node) {
  const classes = ["node", node.kind, urgencyOf(node) || "", node.one.is_cut ? "cut" : ""].filter(Boolean).join(" ");
  const short = node.label.length > 26 ? `${node.label.slice(0, 25)}…` : node.label;
  return make("g", { class: classes, tabindex: -1, role: "button", "aria-label": node.label,
    onpointerdown: (event) => startDrag(event, node) },
    make("title", {}, node.label), shape(node.kind), make("text", { y: 18 }, short),
    node.one.is_new ? make("text", { class: "new", x: 13, y: -7 }, "●") : null);
}

function stage() {
  const lines = make("g", {}), hits = make("g", {}), points = make("g", {}), backs = make("g", {});
  for (const frame of frames) {
    frame.element = make("g", {}, make("rect", { class: "frame", rx: 10, x: frame.x, y: frame.y, width: frame.width, height: frame.height }),
      make("text", { class: "frame-name", x: frame.x + 14, y: frame.y + 23, direction: "ltr" }, `${frame.network.network}`));
    backs.append(frame.element);
  }
  for (const edge of edges) {
    const { state, splits, reasons } = edge.edge;
    const isDoubtful = splits && splits[0] > 1 && state !== "confirmed" && reasons.length === 1;
    edge.line = make("line", { class: ["edge", state, splits ? "bridge" : "", isDoubtful ? "doubtful" : ""].join(" ") });
    edge.hit = make("line", { class: "hit", onpointerdown: (event) => { startDrag(event, null); if (drag) drag.edge = edge; } });
    lines.append(edge.line);
    hits.append(edge.hit);
  }
  for (const node of nodes) points.append((node.element = nodeElement(node)));
  if (nodes.length > 0) nodes[0].element.setAttribute("tabindex", 0);
  view = make("g", {}, backs, lines, hits, points);
  svg = make("svg", { class: "graph", viewBox: "0 0 1000 700", role: "application", "aria-label": words.kind, direction: "ltr",
    onpointerdown: (event) => startDrag(event, null), onpointermove: moveDrag, onpointerup: endDrag, onpointercancel: endDrag,
    onkeydown: onKey }, view);
  svg.addEventListener("wheel", (event) => {
    event.preventDefault();
    const at = pointIn(event);
    zoom(Math.exp(-event.deltaY * 0.0016), at.x, at.y);
  }, { passive: false });
  const button = (text, label, act) => make("button", { type: "button", title: label, "aria-label": label, onclick: act }, text);
  return make("div", { class: "stage" }, svg, make("div", { class: "zoom" },
    button("+", words.larger, () => zoom(1.25)), button("−", words.smaller, () => zoom(0.8)), button("⤢", words.fit, fit)));
}

function sample(kind) {
  if (kind === "confirmed" || kind.startsWith("bridge")) {
    return make("svg", { viewBox: "0 0 26 18", "aria-hidden": "true" }, make("line", { class: `edge ${kind}`, x1: 0, x2: 26, y1: 9, y2: 9 }));
  }
  const node = make("g", { class: `node ${kind}`, transform: "translate(13 9) scale(.75)" }, shape(kind));
  return make("svg", { viewBox: "0 0 26 18", "aria-hidden": "true" }, node);
}

function table() {
  const head = [words.network, words.cases, words.ties, words.urgency, words.members];
  const row = (network) => {
    const listed = network.case_list.slice(0, 40).flatMap((one, n) => [n ? " · " : "", name(one.case)]);
    if (network.case_list.length > 40) listed.push(" …");
    const show = () => { filter.network = String(network.network); selected = null; build(); svg.scrollIntoView({ block: "center" }); };
    return make("tr", {}, make("td", {}, make("button", { class: "link", type: "button", onclick: show }, String(network.network))),
      make("td", {}, grouped(network.cases)), make("td", {}, grouped(network.edges)),
      make("td", {}, words[network.urgency] || words.unsaid), make("td", { class: "names" }, ...listed));
  };
  return make("table", {}, make("thead", {}, make("tr", {}, ...head.map((text) => make("th", {}, text)))),
    make("tbody", {}, ...data.networks.map(row)));
}

function sums() {
  const cases = data.networks.reduce((sum, network) => sum + network.cases, 0);
  const ties = data.networks.reduce((sum, network) => sum + network.edges, 0);
  if (data.networks.length === 0) return words.none;
  return `${words.networks}: ${grouped(data.networks.length)} · ${words.cases}: ${grouped(cases)} · ${words.ties}: ${grouped(ties)}`;
}

function warnings() {
  const parts = data.networks.filter((network) => network.is_part)
    .map((network) => filled(words.part_of, { n: network.network, drawn: grouped(network.case_list.length), whole: grouped(network.cases) }));
  if (data.left_out > 0) parts.push(filled(words.left, { n: grouped(data.left_out) }));
  if (data.held[0] > 0) parts.push(filled(words.held, { n: grouped(data.held[0]), a: grouped(data.held[1]) }));
  return parts.map((text) => make("p", { class: "warning" }, text));
}

function build() {
  document.documentElement.lang = words === WORDS.ar ? "ar" : "en";
  document.documentElement.dir = words === WORDS.ar ? "rtl" : "ltr";
  document.title = `Athar · ${words.title}`;
  const change = () => { words = words === WORDS.ar ? WORDS.en : WORDS.ar; build(); };
  const header = make("header", {}, make("p", { class: "brand" }, "Athar", make("span", { lang: "ar" }, "أثر")),
    make("p", { class: "kind" }, words.kind), make("button", { type: "button", id: "language", onclick: change }, words.other));
  const page = document.getElementById("page");
  const footer = make("footer", {}, make("p", {}, words.note_lead), make("p", {}, words.note_keep), make("p", {}, `${words.made} `, name(data.program)));
  if (data.networks.length === 0) { page.replaceChildren(header, make("p", { class: "sums" }, sums()), ...warnings(), footer); return; }
  const legend = make("p", { class: "legend" }, ...LEGEND.map((kind) => make("span", {}, sample(kind), words[`legend_${kind.replace(" ", "_")}`])));
  page.replaceChildren(header, make("p", { class: "sums" }, sums()), ...warnings(), controls(),
    make("div", { class: "work" }, make("div", {}, stage(), legend), make("aside", { id: "panel", "aria-live": "polite" })), table(), footer);
  place();
  refresh();
  fit();
  tell();
}

arrange();
build();
