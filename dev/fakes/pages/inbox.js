import {
  byId,
  drawList,
  element,
  focusBack,
  follow,
  momentOf,
  readChoice,
  showPane,
  walkWithArrows,
  writeChoice,
} from "./shared.js";

const TABS = [
  { id: "html", label: "HTML", has: (mail) => mail.has_html },
  { id: "text", label: "Texto", has: (mail) => mail.has_text },
  { id: "headers", label: "Cabeçalhos", has: () => true },
  { id: "receptions", label: "Recebimentos", has: () => true },
];
const list = byId("list");
let mails = [];
let chosen = readChoice();
let tab = "html";
let shown = null;

const noteOf = (mail) =>
  mail.received > 1 ? element("span", { class: "note warn" }, `recebido ${mail.received}×`) : null;

const itemOf = (mail) => ({
  id: mail.id,
  title: mail.subject || "(sem assunto)",
  sub: mail.to || mail.recipients.join(", "),
  at: mail.last_at,
  note: noteOf(mail),
});

async function draw() {
  const summary = mails.find((mail) => mail.id === chosen);
  drawList(list, mails.map(itemOf), chosen, choose);
  showPane(byId("mail"), mails.length === 0, Boolean(summary));
  if (!summary) {
    shown = null;
    return;
  }
  const version = `${summary.id} ${summary.received}`;
  if (version === shown) return;
  const answer = await fetch(`/_fake/mail/messages/${encodeURIComponent(summary.id)}`);
  if (!answer.ok || summary.id !== chosen) return;
  shown = version;
  drawMail(await answer.json());
}

function drawMail(mail) {
  byId("subject").textContent = mail.subject || "(sem assunto)";
  const facts = [
    ["De", mail.from],
    ["Para", mail.to || mail.recipients.join(", ")],
    ["Recebido", momentOf(mail.last_at)],
  ];
  if (mail.attachments.length) facts.push(["Anexos", mail.attachments.join(", ")]);
  byId("facts").replaceChildren(
    ...facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]),
  );
  const repeated = byId("repeated");
  repeated.hidden = mail.received < 2;
  const contents = mail.distinct > 1 ? `, com ${mail.distinct} conteúdos diferentes` : "";
  repeated.textContent = `Recebido ${mail.received} vezes com o mesmo Message-ID${contents}.`;
  drawTabs(mail);
}

function drawTabs(mail) {
  const offered = TABS.filter((one) => one.has(mail));
  const open = offered.find((one) => one.id === tab) ?? offered[0];
  byId("tabs").replaceChildren(
    ...offered.map((one) => {
      const button = element(
        "button",
        {
          type: "button",
          role: "tab",
          id: `tab-${one.id}`,
          "aria-selected": one === open ? "true" : "false",
          "aria-controls": "part",
          tabindex: one === open ? 0 : -1,
        },
        one.label,
      );
      button.addEventListener("click", () => openTab(mail, one.id));
      button.addEventListener("keydown", (event) => moveTab(event, mail, offered, one));
      return button;
    }),
  );
  const part = byId("part");
  part.setAttribute("aria-labelledby", `tab-${open.id}`);
  part.replaceChildren(partOf(mail, open.id));
}

function openTab(mail, id) {
  tab = id;
  drawTabs(mail);
  byId(`tab-${id}`).focus();
}

function moveTab(event, mail, offered, from) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const next = (offered.indexOf(from) + step + offered.length) % offered.length;
  openTab(mail, offered[next].id);
}

function partOf(mail, id) {
  const address = `/_fake/mail/messages/${encodeURIComponent(mail.id)}`;
  if (id === "html") {
    return element("iframe", {
      src: `${address}/html`,
      title: "E-mail em HTML",
      sandbox: "allow-popups allow-popups-to-escape-sandbox",
      referrerpolicy: "no-referrer",
    });
  }
  if (id === "text") return element("pre", {}, mail.text);
  const rows = id === "headers" ? mail.headers : mail.receptions.map(receptionOf);
  return element("table", {}, element("tbody", {}, ...rows.map(rowOf)));
}

const rowOf = ([name, value]) =>
  element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, value));

const receptionOf = (one) => [
  momentOf(one.at),
  `${one.mail_from} → ${one.rcpt_tos.join(", ")} · ${one.size} bytes · ` +
    `${one.encrypted ? "com TLS" : "sem TLS"} · ${one.user ? `usuário ${one.user}` : "sem usuário"}`,
];

function choose(id) {
  chosen = id;
  writeChoice(id);
  draw();
  if (id) focusBack();
}

byId("back").addEventListener("click", () => {
  const from = chosen;
  choose(null);
  list.querySelector(`[data-id="${CSS.escape(from)}"]`)?.focus();
});
walkWithArrows(list, choose);
follow("/_fake/mail/messages?limit=500", (found) => {
  mails = found.mails;
  byId("address").textContent = `127.0.0.1:${found.port}`;
  document.title = mails.length ? `(${mails.length}) Caixa de e-mail` : "Caixa de e-mail";
  draw();
});
