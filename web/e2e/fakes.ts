/** Where the fake providers are when the environment does not say: those of `make up`. */
const FAKES_URL = process.env["NOC_FAKES_URL"] ?? "http://127.0.0.1:54360";

async function read<T>(path: string): Promise<T> {
  const answer = await fetch(`${FAKES_URL}/_fake/${path}`);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return (await answer.json()) as T;
}

export interface Mail {
  id: string;
  to: string;
  subject: string;
  text: string;
}

/** Mails to that address with that subject, the newest first, each with its text. */
export async function mailsTo(address: string, subject: RegExp): Promise<Mail[]> {
  const { mails } = await read<{ mails: (Mail & { recipients: string[] })[] }>("mail/messages");
  const ours = mails.filter((one) => one.recipients.includes(address) && subject.test(one.subject));
  return Promise.all(ours.map(({ id }) => read<Mail>(`mail/messages/${id}`)));
}

export interface WhatsApp {
  to: string;
  template: string | null;
  body: string;
  button_url: string | null;
}

/** Messages that the fake WhatsApp took for that number, the oldest first. */
export async function whatsAppsTo(number: string): Promise<WhatsApp[]> {
  const { messages } = await read<{ messages: WhatsApp[] }>("meta/messages");
  return messages.filter((one) => one.to === number);
}
