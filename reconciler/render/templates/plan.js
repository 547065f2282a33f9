"use strict";
(() => {
  const CHUNK = 100, LISTED = 3, ROW = 4;
  const page = JSON.parse(document.getElementById("plan").textContent);
  const at = (id) => document.getElementById(id);
  const text = (n) => page.strings[n];

  // The plan: cards with their rows, and rows with their card.
  const rows = [];
  const cards = page.cards.map(([kind, id, name, key, why, flags, people, values, inside, flat]) => {
    const card = { kind, id, name: text(name), key: text(key), why: text(why), flags: flags.map(text), people: people.map(text), values, inside: inside.map(text), rows: [] };
    for (let n = 0; n < flat.length; n += ROW) {
      const row = { card, item: flat[n], file: text(flat[n + 1]), line: flat[n + 2], at: text(flat[n + 3]), number: rows.length };
      card.rows.push(row);
      rows.push(row);
    }
    return card;
  });
  const items = page.items.map(([address, id, type, title]) => ({ address: text(address), id, type: text(type), title: text(title) }));

  // What was seen: one bit a row, remembered where the browser lets us.
  const memory = `reconciler:seen:${page.review}`;
  const seen = new Uint8Array(rows.length);
  try {
    const kept = localStorage.getItem(memory) || "";
    for (const number of kept.split(",")) if (number && Number(number) < seen.length) seen[Number(number)] = 1;
  } catch { /* no storage: the ticks last as long as the page */ }
  function save() {
    try {
      localStorage.setItem(memory, [...seen.keys()].filter((n) => seen[n]).join(","));
    } catch { /* see above */ }
  }

  // Elements, made of text alone.
  function make(tag, kind, ...inner) {
    const element = document.createElement(tag);
    if (kind) element.className = kind;
    element.append(...inner);
    return element;
  }
  function link(address, label, kind) {
    const element = make(address ? "a" : "span", kind, label);
    if (address) {
      element.href = address;
      element.target = "_blank";
      element.rel = "noopener noreferrer";
    }
    return element;
  }
  const words = (message, values = {}) => (page.words[message] || message).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const said = (n) => make("bdi", "", text(n));
  const spaceOf = (item) => page.space || item.address.split("/")[0];
  const baseOf = (item) => (page.bases ? Object.hasOwn(page.bases, spaceOf(item)) && page.bases[spaceOf(item)] : page.item);
  const itemAddress = (item) => baseOf(item) && `${baseOf(item)}/${encodeURIComponent(item.type)}/detail/${item.id}`;
  function place(row) {
    if (!row.file) return "";
    const path = row.file.split("/").map(encodeURIComponent).join("/");
    return link(page.source && `${page.source}/${path}#L${row.line}`, `${row.file}:${row.line}`, "place");
  }
  function values([shape, one, two]) {
    if (shape === "steps") {
      const side = (tag, n) => make(tag, text(n) === page.empty ? "empty" : "", said(n));
      const tags = ["span", "del", "ins"].slice(-one.length);
      return make("span", "values", ...one.flatMap((n, at) => [...(at ? [make("span", "arrow", "→")] : []), side(tags[at], n)]));
    }
    if (shape === "reason") return make("span", "values", make("span", "reason", text(one)), " ", make("span", "repair", `– ${text(two)}`));
    if (shape === "members") {
      const member = (tag, sign) => (n) => make(tag, "", make("span", "sign", `${sign} `), said(n));
      return make("span", "values members", ...one.map(member("ins", "+")), ...two.map(member("del", "−")));
    }
    const long = make("span", "long");
    for (let n = 0; n < one.length; n += 2) long.append(one[n] ? make(one[n] === 1 ? "del" : "ins", "", said(one[n + 1])) : said(one[n + 1]));
    return two.length ? make("div", "", make("p", "base", words("base: "), said(two[0])), long) : long;
  }
  function body(card) {
    const inner = [values(card.values)];
    if (card.inside.length) inner.push(make("ul", "inside", ...card.inside.map((line) => make("li", "", make("bdi", "", line)))));
    return make("div", "", ...inner);
  }
  const label = (card) => card.why || (card.kind === "change" ? "" : page.kinds[card.kind]);
  function tags(card) {
    const made = card.kind === "clear" && card.why ? [make("span", "tag clear", page.kinds.clear)] : [];
    if (label(card)) made.push(make("span", `tag ${card.kind === "clear" && card.why ? "" : card.kind}`, label(card)));
    return made;
  }
  const when = (row) => (row.at && row.card.rows.length > 1 ? [make("span", "when", `${row.at} `)] : []);
  function whereLine(row) {
    const item = items[row.item];
    return make("li", "", link(itemAddress(item), item.address, "address"), make("bdi", "", item.title), make("span", "place", ...when(row), place(row)));
  }
  function where(found) {
    if (found.length <= LISTED) return make("ul", "where", ...found.map(whereLine));
    const list = make("ul", "where"), fold = make("details", "", make("summary", "", words("{number} items", { number: found.length })), list);
    fold.fill = () => {
      if (!list.childElementCount) list.append(...found.map(whereLine));
    };
    fold.addEventListener("toggle", fold.fill);
    return fold;
  }
  function groupBody({ card, rows: found }) {
    const count = found.length > 1 ? [make("span", "", words("{number} items", { number: found.length }))] : [];
    return [
      make("div", "head", make("span", "name", make("bdi", "", card.name || words("whole item"))), body(card), make("span", "more", ...tags(card), ...count)),
      where(found),
    ];
  }
  function itemBody({ item, rows: found }) {
    const one = items[item];
    const fields = found.map((row) => make("li", "", make("span", "name", make("bdi", "", row.card.name || words("whole item"))), body(row.card), make("span", "more", ...tags(row.card), ...when(row), place(row))));
    return [make("span", "title", link(itemAddress(one), one.address, "address"), " ", make("bdi", "", one.title)), make("ul", "fields", ...fields)];
  }

  // What is shown: the rows that pass the filters, put together by card or by item.
  const state = { view: "grouped", shown: [], drawn: 0, current: -1 };
  const WORST = Object.keys(page.kinds);
  const fold = (value) => value.toLowerCase();
  const hay = (card) => (card.hay ??= fold([card.name, card.key, card.why, page.kinds[card.kind], ...card.people, ...flatten(card.values), ...card.inside].join("\n")));
  const rowHay = (row) => (row.hay ??= fold([items[row.item].address, items[row.item].title, row.file, row.at].join("\n")));
  function flatten([shape, one, two]) {
    if (shape === "members") return [...one, ...two].map(text);
    if (shape === "steps") return one.map(text);
    if (shape === "reason") return [text(one), text(two)];
    const sides = ["", "", ...two.map(text)];
    for (let n = 0; n < one.length; n += 2) {
      if (one[n] !== 2) sides[0] += text(one[n + 1]);
      if (one[n] !== 1) sides[1] += text(one[n + 1]);
    }
    return sides;
  }
  const inOf = (row) => `${spaceOf(items[row.item])}/${items[row.item].type}`;
  function passing() {
    const query = fold(at("search").value).split(/\s+/).filter(Boolean);
    const [why, field, person, file, inside] = ["why", "field", "person", "file", "in"].map((id) => at(id).value);
    const unseen = at("unseen").checked;
    const found = [];
    for (const card of cards) {
      if (why && !card.flags.includes(why)) continue;
      if (field && card.name !== field) continue;
      if (person && !card.people.includes(person)) continue;
      const left = query.filter((word) => !hay(card).includes(word));
      for (const row of card.rows) {
        if (file && row.file !== file) continue;
        if (inside && inOf(row) !== inside) continue;
        if (unseen && seen[row.number]) continue;
        if (left.every((word) => rowHay(row).includes(word))) found.push(row);
      }
    }
    return found;
  }
  function together(found) {
    const made = new Map();
    for (const row of found) {
      const key = state.view === "grouped" ? row.card : row.item;
      if (!made.has(key)) made.set(key, { card: row.card, item: row.item, rows: [] });
      made.get(key).rows.push(row);
    }
    const all = [...made.values()];
    if (state.view === "single") all.sort((a, b) => a.item - b.item);
    return all;
  }

  // Drawing, a chunk at a time.
  function draw(entry, number) {
    const kind = WORST.find((one) => entry.rows.some((row) => row.card.kind === one));
    const box = make("input");
    box.type = "checkbox";
    box.tabIndex = -1;
    box.setAttribute("aria-label", words("seen"));
    box.addEventListener("change", () => mark(number, box.checked));
    const inner = state.view === "grouped" ? groupBody(entry) : itemBody(entry);
    const element = make("li", `card ${kind}`, make("label", "tick", box), make("div", "body", ...inner));
    element.tabIndex = -1;
    element.addEventListener("click", (event) => {
      if (!event.target.closest("a, input, summary")) select(number, false);
    });
    entry.element = element;
    entry.box = box;
    tick(entry);
    return element;
  }
  function tick(entry) {
    if (!entry.element) return;
    const count = entry.rows.filter((row) => seen[row.number]).length;
    entry.box.checked = count === entry.rows.length;
    entry.box.indeterminate = count > 0 && count < entry.rows.length;
    entry.element.classList.toggle("seen", entry.box.checked);
  }
  function more(upTo = state.drawn + CHUNK) {
    const end = Math.min(upTo, state.shown.length), part = document.createDocumentFragment();
    for (; state.drawn < end; state.drawn += 1) part.append(draw(state.shown[state.drawn], state.drawn));
    at("cards").append(part);
    at("end").textContent = state.drawn < state.shown.length ? words("{number} more below", { number: state.shown.length - state.drawn }) : state.shown.length ? "" : words("Nothing matches.");
  }
  function tell() {
    const count = seen.reduce((sum, one) => sum + one, 0), found = state.shown.reduce((sum, one) => sum + one.rows.length, 0);
    const message = state.view === "grouped" ? "{found} of {rows} rows in {shown} groups · {seen} seen" : "{found} of {rows} rows in {shown} items · {seen} seen";
    at("status").textContent = words(message, { found, rows: rows.length, shown: state.shown.length, seen: count });
    at("progress").value = rows.length ? count / rows.length : 0;
  }
  function show() {
    for (const id of ["why", "field", "person", "file", "in"]) at(id).classList.toggle("set", at(id).value !== "");
    state.shown = together(passing());
    state.drawn = 0;
    state.current = -1;
    at("cards").replaceChildren();
    more();
    tell();
  }

  // Keys.
  function select(number, scroll = true) {
    if (number < 0 || number >= state.shown.length) return;
    state.shown[state.current]?.element?.removeAttribute("aria-current");
    if (number >= state.drawn) more(number + CHUNK);
    state.current = number;
    const { element } = state.shown[number];
    element.setAttribute("aria-current", "true");
    element.focus({ preventScroll: true });
    if (scroll) element.scrollIntoView({ block: "nearest" });
  }
  function mark(number, value) {
    for (const row of state.shown[number].rows) seen[row.number] = value ? 1 : 0;
    tick(state.shown[number]);
    tell();
    save();
  }
  function view(name) {
    state.view = name;
    for (const id of ["grouped", "single"]) at(id).setAttribute("aria-pressed", String(id === name));
    show();
  }
  function reset() {
    at("search").value = "";
    for (const id of ["why", "field", "person", "file", "in"]) at(id).value = "";
    at("unseen").checked = false;
    show();
  }
  const keys = {
    j: () => select(state.current + 1),
    k: () => select(state.current - 1),
    " ": () => {
      if (state.current < 0) return select(0);
      const before = state.shown[state.current].box.checked;
      mark(state.current, !before);
      if (!before) select(state.current + 1);
    },
    Enter: () => {
      const fold = state.shown[state.current]?.element.querySelector("details");
      if (fold) fold.open = !fold.open;
    },
    o: () => state.shown[state.current]?.element.querySelector("a.address")?.click(),
    "/": () => at("search").focus(),
    g: () => view(state.view === "grouped" ? "single" : "grouped"),
    u: () => at("unseen").click(),
    "?": () => at("keys").showModal(),
    Escape: reset,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || at("keys").open) return;
    const target = event.target;
    if (target.matches("input[type=search], select")) {
      if (event.key === "Escape" || (event.key === "Enter" && target.id === "search")) {
        event.preventDefault();
        if (event.key === "Escape") target.value = "";
        show();
        target.blur();
        select(0);
      }
      return;
    }
    if (target.matches("a, button, summary, input") && (event.key === " " || event.key === "Enter")) return;
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });

  // Filters.
  function fill(id, title, found) {
    const option = (value, label) => Object.assign(make("option", "", label), { value });
    at(id).append(option("", title), ...found.map((value) => option(value, value)));
  }
  const several = (found) => [...new Set(found)].filter(Boolean).sort();
  fill("why", words("Why: all"), several(cards.flatMap((card) => card.flags)));
  fill("field", words("Field: all"), several(cards.map((card) => card.name)));
  fill("person", words("Person: all"), several(cards.flatMap((card) => card.people)));
  fill("file", words("File: all"), several(rows.map((row) => row.file)));
  fill("in", words("Space: all"), several(rows.map(inOf)));
  let waiting = 0;
  at("search").addEventListener("input", () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(show);
  });
  for (const id of ["why", "field", "person", "file", "in", "unseen"]) at(id).addEventListener("change", show);
  at("grouped").addEventListener("click", () => view("grouped"));
  at("single").addEventListener("click", () => view("single"));
  at("help").addEventListener("click", () => at("keys").showModal());
  at("tools").addEventListener("submit", (event) => event.preventDefault());
  new IntersectionObserver((found) => {
    if (found.some((one) => one.isIntersecting) && state.drawn < state.shown.length) more();
  }, { rootMargin: "800px" }).observe(at("end"));
  addEventListener("beforeprint", () => {
    more(state.shown.length);
    for (const fold of document.querySelectorAll("details")) {
      fold.fill?.();
      fold.open = true;
    }
  });

  at("review").hidden = rows.length === 0;
  show();
})();
