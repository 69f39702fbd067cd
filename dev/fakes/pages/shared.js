// What both pages need. Everything that arrives is text to be shown, never markup to be run.

const EVERY_MS = 2000;
const clock = new Intl.DateTimeFormat("pt-BR", { timeStyle: "medium" });
const shortClock = new Intl.DateTimeFormat("pt-BR", { hour: "2-digit", minute: "2-digit" });
const shortDay = new Intl.DateTimeFormat("pt-BR", { day: "2-digit", month: "2-digit" });
const longDay = new Intl.DateTimeFormat("pt-BR", { dateStyle: "full" });
const whole = new Intl.DateTimeFormat("pt-BR", { dateStyle: "short", timeStyle: "medium" });

export const byId = (id) => document.getElementById(id);
export const timeOf = (iso) => shortClock.format(new Date(iso));
export const dayOf = (iso) => longDay.format(new Date(iso));
export const momentOf = (iso) => whole.format(new Date(iso));

/** The hour today, the day before that. */
export function whenOf(iso) {
  const at = new Date(iso);
  return at.toDateString() === new Date().toDateString() ? shortClock.format(at) : shortDay.format(at);
}

/** An element with attributes and children; strings become text. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Asks every two seconds and calls `show` when the answer changed; says when nobody answers. */
export function follow(url, show) {
  const live = byId("live");
  let last = null;
  let heard = null;

  async function ask() {
    try {
      const answer = await fetch(url, { cache: "no-store" });
      if (!answer.ok) throw new Error(answer.statusText);
      const text = await answer.text();
      heard = new Date();
      live.className = "live";
      live.removeAttribute("role");
      live.textContent = `Ao vivo, ${clock.format(heard)}`;
      if (text !== last) {
        last = text;
        show(JSON.parse(text));
      }
    } catch {
      live.className = "live lost";
      live.setAttribute("role", "alert");
      live.textContent = heard ? `Sem contato desde ${clock.format(heard)}` : "Sem contato";
    }
    setTimeout(ask, EVERY_MS);
  }
  ask();
}

/** The list: keeps the focus where it was, moves with the arrows, tells what was chosen. */
export function drawList(list, items, chosen, choose) {
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.id : null;
  list.replaceChildren(
    ...items.map((item) => {
      const button = element(
        "button",
        { type: "button", class: "item", "data-id": item.id, "aria-current": item.id === chosen },
        element(
          "span",
          { class: "row" },
          element("span", { class: "title" }, item.title),
          element("time", { datetime: item.at }, whenOf(item.at)),
        ),
        element("span", { class: "row" }, element("span", { class: "sub" }, item.sub), item.note),
      );
      button.addEventListener("click", () => choose(item.id));
      return element("li", {}, button);
    }),
  );
  if (focused) list.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
}

/** Arrow keys in the list. */
export function walkWithArrows(list, choose) {
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const buttons = [...list.querySelectorAll("button")];
    const next = buttons[buttons.indexOf(document.activeElement) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
    if (!window.matchMedia("(max-width: 720px)").matches) choose(next.dataset.id);
  });
}

/** Which of "nothing there", "nothing chosen" and the chosen one is shown. */
export function showPane(content, isEmpty, isChosen) {
  byId("panes").className = `panes${isEmpty ? " nothing" : ""}${isChosen ? " chosen" : ""}`;
  byId("empty").hidden = !isEmpty;
  byId("choose").hidden = isEmpty || isChosen;
  content.hidden = !isChosen;
}

/** On a narrow screen the list is gone once something was chosen: the focus goes to the way back. */
export function focusBack() {
  const back = byId("back");
  if (back.offsetParent) back.focus();
}

export const readChoice = () => decodeURIComponent(location.hash.slice(1)) || null;

export function writeChoice(id) {
  history.replaceState(null, "", id ? `#${encodeURIComponent(id)}` : location.pathname);
}
