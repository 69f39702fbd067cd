"""Both wire formats, byte by byte."""

import pytest

from dev.realtime.frames import (
    FrameError,
    MapBroadcast,
    UserBroadcast,
    UserPush,
    decode,
    encode_text,
)


def test_format_1_is_an_object_without_join_ref() -> None:
    text = encode_text("1", "2", "realtime:a", "phx_reply", {"x": "é"}, array_format=False)
    assert text == '{"topic":"realtime:a","event":"phx_reply","payload":{"x":"é"},"ref":"2"}'


def test_format_2_is_an_array_of_five() -> None:
    text = encode_text("1", "2", "realtime:a", "phx_reply", {}, array_format=True)
    assert text == '["1","2","realtime:a","phx_reply",{}]'


def test_an_object_is_read_with_numeric_refs_as_texts() -> None:
    raw = '{"topic":"t","event":"e","payload":{"a":1},"ref":7,"join_ref":null}'
    message = decode(raw, array_format=False)
    assert (message.ref, message.join_ref, message.payload) == ("7", None, {"a": 1})


def test_a_binary_push_gives_its_fields() -> None:
    raw = bytes([3, 1, 2, 3, 2, 0, 1]) + b"1" + b"42" + b"abc" + b"ev" + b'{"n":1}'
    message = decode(raw, array_format=True)
    assert (message.join_ref, message.ref, message.topic) == ("1", "42", "abc")
    assert message.payload == UserPush("ev", b'{"n":1}', True)


@pytest.mark.parametrize(
    "raw",
    [
        "{",
        "[]",
        '["1","2","t","e"]',
        '["1","2",3,"e",{}]',
        b"",
        b"\x04aaaaaaa",
        b"\x03\xff\x00\x00\x00\x00\x00",
    ],
)
def test_a_malformed_frame_is_refused(raw: str | bytes) -> None:
    with pytest.raises(FrameError):
        decode(raw, array_format=True)


def test_a_database_message_is_kind_4_with_its_id_in_format_2() -> None:
    message = UserBroadcast("ev", b'{"n": 1}', is_json=True, meta={"id": "x"})
    frame = message.encode("realtime:t", array_format=True)
    assert frame == b"\x04\x0a\x02\x0a\x01" + b"realtime:t" + b"ev" + b'{"id":"x"}' + b'{"n": 1}'


def test_a_database_message_is_text_in_format_1() -> None:
    message = UserBroadcast("ev", b'{"n": 1}', is_json=True, meta={"id": "x"})
    assert message.encode("realtime:t", array_format=False) == (
        '{"topic":"realtime:t","event":"broadcast","payload":'
        '{"event":"ev","payload":{"n":1},"type":"broadcast","meta":{"id":"x"}},"ref":null}'
    )


def test_format_1_cannot_carry_bytes() -> None:
    with pytest.raises(FrameError):
        UserBroadcast("ev", b"\x00", is_json=False).encode("t", array_format=False)


def test_a_binary_field_takes_255_bytes_and_not_256() -> None:
    fits = UserBroadcast("e" * 255, b"1", is_json=True).encode("t", array_format=True)
    assert fits[2] == 255
    with pytest.raises(FrameError):
        UserBroadcast("e" * 256, b"1", is_json=True).encode("t", array_format=True)


def test_a_text_broadcast_stays_text_in_format_2() -> None:
    message = MapBroadcast({"event": "ev", "payload": {"n": 1}, "extra": True})
    assert message.encode("realtime:t", array_format=True) == (
        '[null,null,"realtime:t","broadcast",{"event":"ev","payload":{"n":1},"extra":true}]'
    )
