import {
  byId,
  dayOf,
  drawList,
  element,
  focusBack,
  follow,
  momentOf,
  readChoice,
  showPane,
  timeOf,
  walkWithArrows,
  writeChoice,
} from "./shared.js";

const STATES = {
  accepted: { word: "aceita", paths: ["M8 1a5 5 0 1 1 0 10a5 5 0 1 1 0-10", "M8 3.5v2.7l2 1.1"] },
  sent: { word: "enviada", paths: ["M3 6.5l3 3 6-7"] },
  delivered: { word: "entregue", paths: ["M1 6.5l3 3 6-7", "M7.5 9l.5.5 6-7"] },
  read: { word: "lida", paths: ["M1 6.5l3 3 6-7", "M7.5 9l.5.5 6-7"] },
  failed: { word: "falhou", paths: ["M4 2l8 8", "M12 2l-8 8"] },
};
const MARKS = { "*": "strong", _: "em", "~": "s" };
const list = byId("list");
let talks = [];
let chosen = readChoice();

const instant = (line) => new Date(line.at).getTime();

/** One conversation per person, the newest first. */
function talksOf(found) {
  const byPerson = new Map();
  const add = (person, line) => {
    if (!byPerson.has(person)) byPerson.set(person, []);
    byPerson.get(person).push(line);
  };
  for (const one of found.messages) add(one.to, { ...one, at: one.accepted_at, outgoing: true });
  for (const one of found.inbound) add(one.from, { body: one.text, at: one.at, outgoing: false });
  return [...byPerson]
    .map(([person, lines]) => ({ person, lines: lines.sort((a, b) => instant(a) - instant(b)) }))
    .sort((a, b) => instant(b.lines.at(-1)) - instant(a.lines.at(-1)));
}

function phoneOf(digits) {
  const found = /^55(\d\d)(\d{4,5})(\d{4})$/.exec(digits);
  return found ? `+55 ${found[1]} ${found[2]}-${found[3]}` : `+${digits}`;
}

const plain = (text) => text.replace(/[*_~]/g, "").replace(/\s+/g, " ");

function stateOf(message) {
  const { word, paths } = STATES[message.state];
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawn.setAttribute("viewBox", "0 0 16 12");
  drawn.setAttribute("aria-hidden", "true");
  for (const path of paths) {
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("d", path);
    drawn.append(line);
  }
  const code = message.statuses.find((one) => one.error_code)?.error_code;
  const steps = message.statuses.map((one) => `${STATES[one.status].word} ${momentOf(one.at)}`);
  const title = [`aceita ${momentOf(message.at)}`, ...steps].join("\n");
  const words = message.state === "failed" && code ? `${word} (${code})` : word;
  return element("span", { class: `state ${message.state}`, title }, drawn, words);
}

const itemOf = ({ person, lines }) => {
  const last = lines.at(-1);
  return {
    id: person,
    title: phoneOf(person),
    sub: plain(last.body),
    at: last.at,
    note: last.outgoing ? stateOf(last) : null,
  };
};

/** WhatsApp's own marks: *bold*, _italic_, ~struck~. */
function formatted(text) {
  const parts = text.split(/([*_~])(\S(?:[^\n]*?\S)?)\1/g);
  const nodes = [];
  for (let index = 0; index < parts.length; index += 3) {
    nodes.push(parts[index]);
    if (index + 2 < parts.length) nodes.push(element(MARKS[parts[index + 1]], {}, parts[index + 2]));
  }
  return nodes;
}

function buttonOf(line) {
  if (!line.button || !/^https?:\/\//.test(line.button_url ?? "")) return null;
  const attributes = { href: line.button_url, target: "_blank", rel: "noopener noreferrer" };
  return element("a", attributes, `${line.button} ↗`);
}

function bubbleOf(line) {
  const kind = line.outgoing ? `sent${line.state === "failed" ? " failed" : ""}` : "heard";
  return element(
    "li",
    { class: `bubble ${kind}` },
    element(
      "div",
      { class: "words" },
      line.header ? element("h2", {}, line.header) : null,
      element("p", {}, ...formatted(line.body)),
      line.footer ? element("p", { class: "foot" }, line.footer) : null,
    ),
    element(
      "div",
      { class: "meta" },
      line.template ? element("span", { class: "template" }, line.template) : null,
      element("time", { datetime: line.at, title: momentOf(line.at) }, timeOf(line.at)),
      line.outgoing ? stateOf(line) : null,
    ),
    buttonOf(line),
  );
}

function drawTalk({ person, lines }) {
  byId("who").textContent = phoneOf(person);
  byId("count").textContent = lines.length === 1 ? "1 mensagem" : `${lines.length} mensagens`;
  const talk = byId("talk");
  const atEnd = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 40;
  const isNew = talk.dataset.person !== person;
  const rows = lines.flatMap((line, index) => {
    const day = dayOf(line.at);
    const starts = index === 0 || dayOf(lines[index - 1].at) !== day;
    return starts ? [element("li", { class: "day" }, day), bubbleOf(line)] : [bubbleOf(line)];
  });
  talk.replaceChildren(...rows);
  talk.dataset.person = person;
  if (atEnd || isNew) talk.scrollTop = talk.scrollHeight;
}

function draw() {
  const talk = talks.find((one) => one.person === chosen);
  drawList(list, talks.map(itemOf), chosen, choose);
  showPane(byId("chat"), talks.length === 0, Boolean(talk));
  if (talk) drawTalk(talk);
}

function choose(person) {
  chosen = person;
  writeChoice(person);
  draw();
  if (person) focusBack();
}

byId("back").addEventListener("click", () => {
  const from = chosen;
  choose(null);
  list.querySelector(`[data-id="${CSS.escape(from)}"]`)?.focus();
});
walkWithArrows(list, choose);
follow("/_fake/meta/messages?limit=500", (found) => {
  talks = talksOf(found);
  draw();
});
