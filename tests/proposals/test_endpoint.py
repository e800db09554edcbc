"""One answer of a server: in whatever form it can, again when it fails for a while, in time, and the key stays here."""

from __future__ import annotations

import datetime
import email.utils
import json
import shutil
import ssl
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from model_server import (
    Asked,
    Model,
    Response,
    completion,
    cuts,
    drips,
    fails,
    hangs_up,
    only,
    replies,
    says,
    sends,
    serving,
    waits,
)
from needs import unavailable

from rareearth.errors import EndpointError
from rareearth.proposals.model.endpoint import Answer, Endpoint, Usage

KEY = "sk-0123456789abcdef-secret"
MESSAGES = [{"role": "system", "content": "Read."}, {"role": "user", "content": "The article."}]
SCHEMA = {"type": "object", "properties": {}}
CHECK = "check the address (it often ends in /v1) and the name of the model"
NO_KEY = "put the key of the server into RAREEARTH_MODEL_KEY"
NO_TEXT = "URL: the answer of small has no text; try another model"


def endpoint(model: Model, **options: Any) -> Endpoint:
    return Endpoint(model.url, "small", **{"key": KEY, "pause": 0.01, "timeout": 5, **options})


def asked(*scripts: Any, **options: Any) -> tuple[Answer, list[Asked]]:
    with serving(*scripts) as model:
        return endpoint(model, **options).ask(MESSAGES, SCHEMA), model.asked


def fault(*scripts: Any, **options: Any) -> tuple[str, int]:
    """The error of an answer that is none, with the address left out, and the number of requests."""
    with serving(*scripts) as model, pytest.raises(EndpointError) as error:
        endpoint(model, **options).ask(MESSAGES, SCHEMA)
    message = str(error.value)
    assert "\n" not in message
    assert KEY not in message
    return message.replace(model.url, "URL"), len(model.asked)


# ---- good answers -------------------------------------------------------------------------------------------------


def test_an_answer_by_a_schema() -> None:
    answer, [request] = asked(says("{}"))
    assert answer == Answer("{}", cut=False, usage=Usage(1, 2_000, 30))
    assert request.path == "/v1/chat/completions"
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.body == {
        "model": "small", "messages": MESSAGES, "stream": False, "temperature": 0, "seed": 12,
        "response_format": {
            "type": "json_schema", "json_schema": {"name": "claims", "strict": True, "schema": SCHEMA},
        },
    }  # fmt: skip


def test_the_same_question_is_the_same_bytes() -> None:
    first, second = (asked(says("{}"))[1][0].raw for _ in range(2))
    assert first == second


def test_without_a_key_none_is_sent() -> None:
    _, [request] = asked(says("{}"), key="")
    assert "Authorization" not in request.headers


@pytest.mark.parametrize("form", ["json_object", "text", "bare"])
def test_a_server_without_a_schema_is_asked_in_another_form(form: str) -> None:
    forms = ["json_schema", "json_object", "text", "bare"]
    with serving(only(form, then=says("{}"))) as model:
        one = endpoint(model)
        for _ in range(2):
            assert one.ask(MESSAGES, SCHEMA).text == "{}"
    tried = [request.form for request in model.asked]
    assert tried == [*forms[: forms.index(form) + 1], form], "what the server takes is remembered"


def test_a_server_that_takes_no_form_is_told_of_once_with_what_it_says() -> None:
    message, count = fault(fails(400, '{"error": {"message": "the context is too long"}}'))
    assert message == f"URL: answers 400: the context is too long; {CHECK}"
    assert count == 4


@pytest.mark.parametrize("path", ["", "/", "/chat/completions", "/chat/completions/"])
def test_the_address_may_be_given_in_several_ways(path: str) -> None:
    with serving(says("{}")) as model:
        Endpoint(model.url + path, "small").ask(MESSAGES, SCHEMA)
    assert [request.path for request in model.asked] == ["/v1/chat/completions"]


def test_a_content_of_parts_is_one_text() -> None:
    parts = [{"type": "text", "text": '{"a"'}, {"type": "image"}, {"type": "text", "text": ": 1}"}]
    assert asked(says(parts))[0].text == '{"a": 1}'


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        (None, (0, 0)), ([], (0, 0)), ({"prompt_tokens": 7}, (7, 0)), ({"prompt_tokens": -7}, (0, 0)),
        ({"prompt_tokens": "7", "completion_tokens": 7.5}, (0, 0)), ({"prompt_tokens": 10**25}, (0, 0)),
    ],
)  # fmt: skip
def test_what_a_server_counts_may_be_anything(usage: Any, tokens: tuple[int, int]) -> None:
    assert asked(says("{}", usage=usage))[0].usage == Usage(1, *tokens)


def test_an_answer_that_was_cut_is_said_to_be_cut() -> None:
    for content in ('{"claims": [', "", None):
        answer = asked(says(content, finish="length"))[0]
        assert (answer.text, answer.cut) == (content or "", True)


# ---- failures for a while -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_failure_for_a_while_is_asked_again(status: int) -> None:
    answer, requests = asked(fails(status, "<html>busy</html>"), fails(status), says("{}"))
    assert (answer.text, len(requests)) == ("{}", 3)


@pytest.mark.parametrize("script", [cuts(), hangs_up()])
def test_a_connection_that_breaks_is_asked_again(script: Any) -> None:
    answer, requests = asked(script, says("{}"))
    assert (answer.text, len(requests)) == ("{}", 2)
    message, count = fault(script, retries=1)
    assert message.startswith("URL: cannot be reached (")
    assert message.endswith("); start the server, or check the address")
    assert count == 2


def test_a_failure_that_stays_is_one_line() -> None:
    message, count = fault(fails(500, "<html><body>Internal error</body></html>"), retries=2)
    assert message.startswith("URL: answers 500; ")
    assert count == 3


def test_pauses_grow() -> None:
    start = time.monotonic()
    fault(fails(503), retries=2, pause=0.1)
    assert 0.3 <= time.monotonic() - start < 3


def test_the_server_says_how_long_to_wait() -> None:
    start = time.monotonic()
    assert asked(fails(429, Retry_After="1"), says("{}"), pause=0)[0].text == "{}"
    assert 1 <= time.monotonic() - start < 4
    assert asked(fails(429, Retry_After="0.01"), says("{}"), pause=50)[0].text == "{}"
    past = email.utils.format_datetime(datetime.datetime(2020, 1, 2, tzinfo=datetime.UTC), usegmt=True)
    assert asked(fails(429, Retry_After=past), says("{}"), pause=50)[0].text == "{}"
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=2)
    start = time.monotonic()
    assert asked(fails(429, Retry_After=email.utils.format_datetime(soon, usegmt=True)), says("{}"), pause=0)
    assert 0.5 < time.monotonic() - start < 4


def test_a_wait_that_is_too_long_ends_it() -> None:
    message, count = fault(fails(429, '{"error": "quota"}', Retry_After="3600"))
    assert (message, count) == ("URL: answers 429: quota; it asks to wait 3600 s: try again then", 1)


def test_a_wait_that_is_no_time_is_none() -> None:
    for value in ("soon", "-1", "9" * 30, "Thu, 99 Foo 2026"):
        assert asked(fails(503, Retry_After=value), says("{}"))[0].text == "{}"


# ---- answers that are none ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (fails(401, '{"error": {"message": "no key"}}'), f"URL: answers 401: no key; {NO_KEY}"),
        (fails(403, '{"detail": "no"}'), f"URL: answers 403: no; {NO_KEY}"),
        (fails(404, "<!doctype html>"), f"URL: answers 404; {CHECK}"),
        (fails(413, ""), "URL: answers 413; give a shorter text"),
        (fails(418, "I am\n a teapot\u202e"), f"URL: answers 418: I am a teapot<U+202E>; {CHECK}"),
        (
            sends("<html>\n<title>Portal</title>"),
            f"URL: found '<html> <title>Portal</title>'; expected an answer of /chat/completions: {CHECK}",
        ),
        (says(None), NO_TEXT),
        (says(" \n"), NO_TEXT),
        (says({"claims": []}), NO_TEXT),
        (says([{"type": "image"}]), NO_TEXT),
        (says([7]), "URL: found '{"),
        (sends(""), "URL: found ''; expected an answer"),
        (sends("[]"), "URL: found '[]'; expected an answer"),
        (sends('{"choices": []}'), "URL: found '{"),
        (sends('{"choices": [{"text": "{}"}]}'), "URL: found '{"),
        (sends('{"error": {"message": "overloaded"}}'), "URL: found '{\"error\": {\"message\": \"overl"),
        (sends('{"choices": NaN}'), "URL: found '{"),
        (sends('{"choices": [], "choices": []}'), "URL: found '{"),
        (sends(b"\xff\xfe{}"), "URL: found '"),
        (sends("[" * 100_000), "URL: found '["),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_one_line(script: Any, message: str) -> None:
    found, count = fault(script)
    assert found.startswith(message)
    assert len(found) < 400
    assert count == 1


def test_a_long_answer_is_refused() -> None:
    message, count = fault(says("x" * 3_000_000))
    assert message.startswith("URL: the answer has more than 3,000,000 bytes; ")
    assert count == 1
    assert asked(says("x" * 2_900_000))[0].text == "x" * 2_900_000


@pytest.mark.parametrize(
    "script", [waits(), drips(), drips(headers_too=True)], ids=["silent", "drips", "drips headers"]
)
def test_a_slow_server_is_not_waited_for(script: Any) -> None:
    before = threading.active_count()
    start = time.monotonic()
    message, count = fault(script, timeout=0.4)
    assert time.monotonic() - start < 2
    assert message == "URL: no whole answer within 0.4 s; give it more time, or take a smaller model"
    assert count == 1
    while threading.active_count() > before:  # the thread that talked to it ends, too
        assert time.monotonic() - start < 5
        time.sleep(0.01)


def test_a_refused_connection_is_one_line() -> None:
    with serving(says("{}")) as model:
        url = model.url
    one = Endpoint(url, "small", pause=0.01, retries=1)
    with pytest.raises(EndpointError, match=r"/v1: cannot be reached \(.*Connection refused\); start the server, or"):
        one.ask(MESSAGES, SCHEMA)


def test_a_server_that_is_lost_is_not_waited_for_each_time() -> None:
    with serving(hangs_up(), hangs_up(), hangs_up(), says("{}"), hangs_up(), says("{}")) as model:
        one = endpoint(model, retries=1)
        counts = []
        for _ in range(2):
            with pytest.raises(EndpointError, match="cannot be reached"):
                one.ask(MESSAGES, SCHEMA)
            counts.append(len(model.asked))
        assert counts == [2, 3]
        assert [one.ask(MESSAGES, SCHEMA).text for _ in range(2)] == ["{}", "{}"]
        assert len(model.asked) == 6, "once it answers again, it is tried again"


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine, signed by itself, and its key."""
    if not (program := shutil.which("openssl")):
        unavailable("openssl is not there, which makes the certificate of a server")
    paths = folder / "certificate.pem", folder / "key.pem"
    command = [program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-out", str(paths[0]), "-keyout", str(paths[1])]
    subprocess.run(command, check=True, capture_output=True)
    return paths


def test_the_certificates_are_those_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    with serving(says("{}"), context=context) as model:
        one = endpoint(model)
        assert one.url.startswith("https://")
        start = time.monotonic()
        with pytest.raises(EndpointError, match=r"cannot be reached \(.*certificate verify failed"):
            Endpoint(model.url, "small", pause=20).ask(MESSAGES, SCHEMA)
        assert time.monotonic() - start < 10, "it is not tried again"
        assert model.asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(made))
        assert one.ask(MESSAGES, SCHEMA).text == "{}"


def test_a_host_that_is_none_is_one_line() -> None:
    with pytest.raises(EndpointError, match=r"^http://nowhere\.invalid/v1: cannot be reached \(.*\); start the server"):
        Endpoint("http://nowhere.invalid/v1", "small", pause=0.01, retries=1).ask(MESSAGES, SCHEMA)


# ---- the key ------------------------------------------------------------------------------------------------------


def echoes(status: int, before: int = 0) -> Any:
    """A script that says the headers that it got, after some other characters."""

    def script(request: Asked) -> Response:
        return Response(status, f"{'x' * before} {json.dumps(request.headers)}".encode())

    return script


@pytest.mark.parametrize("before", [0, *range(0, 260, 20)])
@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_a_server_that_says_the_key_is_not_repeated(status: int, before: int) -> None:
    """Also not a part of it, where what is said is shortened."""
    message, _ = fault(echoes(status, before), retries=0)
    assert KEY[:8] not in message


def test_a_key_in_an_answer_is_taken_out() -> None:
    assert asked(says(f"It is {KEY}."))[0].text == "It is …."
    assert asked(says("There are none."), key="none")[0].text == "There are none.", "servers without keys take any word"


def test_a_redirect_is_not_followed() -> None:
    with serving(says("{}")) as other:
        message, count = fault(fails(307, "", Location=f"{other.url}/chat/completions"))
        assert message.startswith("URL: answers 307; check the address")
        assert count == 1
        assert other.asked == []


def test_the_key_is_not_shown() -> None:
    assert KEY not in repr(Endpoint("http://localhost:1/v1", "small", key=KEY))


def test_the_key_is_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAREEARTH_MODEL_KEY", f" {KEY}\n")
    assert Endpoint.of("http://localhost:1/v1", "small").key == KEY
    monkeypatch.setenv("RAREEARTH_MODEL_KEY", "sk-\u00e4 b")
    with pytest.raises(EndpointError, match=r"^RAREEARTH_MODEL_KEY has a space or a character that no key has"):
        Endpoint.of("http://localhost:1/v1", "small")


# ---- addresses, names and proxies ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "", "localhost:8080/v1", "ftp://localhost/v1", "http://", "http:///v1", "http://localhost:99999/v1",
        "http://localhost:x/v1", "http://local host/v1", "http://localhost/v1\n", "http://[::1/v1", "http://ö/v1",
        "http://localhost:0/v1",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(EndpointError, match=r"expected the address of a model like http://localhost:8080/v1$"):
        Endpoint(url, "small")


@pytest.mark.parametrize(
    "url", ["http://me:secret@localhost/v1", "http://localhost/v1?key=secret", "http://localhost/v1#secret"]
)
def test_an_address_with_a_secret_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(EndpointError, match="expected none: give the key in RAREEARTH_MODEL_KEY") as error:
        Endpoint(url, "small")
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("name", ["", " ", " small", "a\nb", "rules", "x" * 201])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(EndpointError, match="expected the name of a model on that server"):
        Endpoint("http://localhost/v1", name)


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(says("{}")) as proxy:
        monkeypatch.setenv("http_proxy", f"http://me:pass%20word@127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert Endpoint("http://model.example/v1", "small").ask(MESSAGES, SCHEMA).text == "{}"
        monkeypatch.setenv("no_proxy", "model.invalid")
        with pytest.raises(EndpointError):
            Endpoint("http://model.invalid/v1", "small", retries=0).ask(MESSAGES, SCHEMA)
    [request] = proxy.asked
    assert request.path == "http://model.example/v1/chat/completions"
    assert request.headers["Proxy-Authorization"] == "Basic bWU6cGFzcyB3b3Jk"


def test_a_server_on_this_machine_is_asked_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert asked(replies({}))[0].text == "{}"


def test_completion_is_what_a_server_sends() -> None:
    assert json.loads(completion("{}"))["choices"][0]["message"] == {"role": "assistant", "content": "{}"}
