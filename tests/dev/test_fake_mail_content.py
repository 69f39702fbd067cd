"""Reading mails that were made to break a reader."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from dev.fakes.mail.store import Reception, Store

# Pieces of mails, right and wrong: put together at random they reach further than bytes do.
PIECES = [
    b"Subject: ", b"From: ", b"Message-ID: ", b"Content-Type: ", b"multipart/mixed; boundary=x",
    b"text/html; charset=", b"text/plain; charset=", b"message/rfc822", b"utf-8", b"utf-16",
    b"utf-7", b"unicode_escape", b"raw_unicode_escape", b"punycode", b"idna", b"undefined", b"hex",
    b"charset*=bogus'x'%ff", b"Content-Transfer-Encoding: ", b"base64", b"quoted-printable",
    b"uuencode", b"begin 644 x", b"Content-Disposition: attachment; ", b'filename="a\xff"',
    b"filename*=utf-8''%ff", b"filename*0*=x'y'z", b"=?utf-8?b?", b"=?x?q?=E9", b"?=", b"--x",
    b"\\ud800", b"\xed\xa0\x80", b"\xff", b"\x00", b"+ADw-", b"=", b";", b'"', b" ", b"<p>", b"abc",
    b"--", b"\n", b"\r\n", b"\r\n\r\n",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=40), st.text(max_size=5))
def test_no_mail_stops_the_list(pieces: list[bytes], address: str) -> None:
    store = Store()
    reception = Reception(
        datetime.now(UTC), address + "\udcff", (address,), b"".join(pieces), False, None
    )
    mail = store.add(reception)
    assert json.loads(json.dumps(mail.detail()))["id"] == mail.mail_id
    for part in (mail.content.html, mail.content.text):
        assert part is None or part.encode().decode() == part
