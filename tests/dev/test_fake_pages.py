"""The two pages that show what arrived: they load, reach nobody, and trust no mail."""

import re

import pytest

from dev.fakes.pages import FILES, FOLDER
from tests.dev.running_fakes import ANA, Fakes
from tests.dev.test_fake_mail import deliver, mail

HOSTILE = (
    "<h1>Oi</h1><script>parent.document.title='x'</script>"
    "<img src='http://example.com/seen.png' onerror='alert(1)'>"
    "<form action='http://example.com'><input name='password'></form>"
)
RUNS_MARKUP = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|eval\(")
ELSEWHERE = re.compile(r"""(?:src|href|url\(|import|from)\s*[=(]?\s*["']?(?:https?:)?//""")


@pytest.mark.parametrize("path", ["/caixa", "/whatsapp"])
async def test_a_page_may_run_its_own_files_and_nothing_else(fakes: Fakes, path: str) -> None:
    answer = await fakes.client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert '<html lang="pt-BR">' in answer.text
    for file in re.findall(r'"(/_pages/[^"]+)"', answer.text):
        assert (await fakes.client.get(file)).status_code == 200


@pytest.mark.parametrize("name", ["base.css", "inbox.js", "chat.js", "shared.js"])
async def test_files_come_with_their_type(fakes: Fakes, name: str) -> None:
    answer = await fakes.client.get(f"/_pages/{name}")
    assert answer.headers["content-type"].split(";")[0] == FILES[name]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["__init__.py", "..%2Fapp.py", "inbox.html", "nothing.js"])
async def test_no_other_file_is_given_out(fakes: Fakes, name: str) -> None:
    assert (await fakes.client.get(f"/_pages/{name}")).status_code == 404


@pytest.mark.parametrize("name", [*FILES, "inbox.html", "chat.html"])
def test_the_pages_show_text_only_and_know_no_other_host(name: str) -> None:
    text = (FOLDER / name).read_text()
    assert not RUNS_MARKUP.search(text)
    assert not ELSEWHERE.search(text)


async def test_a_mails_html_is_sandboxed_without_scripts(fakes: Fakes) -> None:
    await deliver(fakes, mail(html=HOSTILE))
    [summary] = await fakes.mails()
    answer = await fakes.client.get(f"/_fake/mail/messages/{summary['id']}/html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    raw = await fakes.client.get(f"/_fake/mail/messages/{summary['id']}/raw")
    assert raw.headers["content-type"].startswith("text/plain")
    assert raw.headers["x-content-type-options"] == "nosniff"


async def test_a_mail_that_is_not_there_is_a_404(fakes: Fakes) -> None:
    for part in ("", "/html", "/raw"):
        assert (await fakes.client.get(f"/_fake/mail/messages/none{part}")).status_code == 404


async def test_what_the_chat_reads_has_the_words_of_both_sides(fakes: Fakes) -> None:
    await fakes.sent(ANA)
    await fakes.post("meta/inbound", {"from": ANA, "text": "<b>Vi</b>"})
    found = await fakes.get("meta/messages")
    assert found["messages"][0]["body"].startswith("Alerta crítico")
    assert found["inbound"][0] == {
        "wamid": found["inbound"][0]["wamid"],
        "from": ANA,
        "text": "<b>Vi</b>",
        "at": "2026-11-24T12:00:00+00:00",
    }


async def test_the_health_pages_are_served_beside_the_rest(fakes: Fakes) -> None:
    assert (await fakes.client.get("/whatsapp/health")).json() == {"status": "ok"}
    assert (await fakes.client.get("/health")).json()["calls"]["whatsapp"] == 1
