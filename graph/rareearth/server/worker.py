"""Processes that handle requests for the server and can be killed at any time.

One process, the template, loads the store of a build into memory, and forks a worker whenever the server asks for one:
that takes milliseconds, and all share the memory of the store. A worker cannot open a file or a socket; its memory and
its processor time for each request are bounded; it ends with the template, which ends with the server.

The template reads commands from a Unix socket, its standard input: ``FORK`` with a socket for the worker attached,
answered by the worker's process id; ``OPEN`` likewise, for a process that writes the explorer page, which takes
seconds and reads files; ``KILL`` with a process id. A worker is reaped only by ``KILL``, so no process id
is reused without the server knowing.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import signal
import socket
import struct
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rareearth import corpus, namespaces, spelling
from rareearth.corpus import Texts
from rareearth.errors import AmbiguousError, NotAcceptableError, NotFoundError, RareEarthError, TooLargeError
from rareearth.server import links, messages, negotiation, reconciliation, tools
from rareearth.server.messages import ErrorReply, Forms, QueryReply, QueryRequest, Reply, Request
from rareearth.server.processes import end_with_parent
from rareearth.site import listing, things
from rareearth.store import hints, oxigraph, vocabulary
from rareearth.views import lookup, paths

if TYPE_CHECKING:
    from rareearth.site.addresses import Site
    from rareearth.store.backend import Backend

MEMORY = 2 << 30  # bytes of address space beyond that of the store
MAX_BYTES = 16 << 20  # of an answer
COMMAND = struct.Struct(">ci")  # what to do, and with which process
PROCESS = struct.Struct(">i")
FORK, OPEN, KILL = b"f", b"o", b"k"


def main(folder: str, seconds: float, texts: str = "") -> None:
    """Be the template for the store of a build folder until the server goes away.

    ``seconds`` is how much time of the processor a worker may take for one request. ``texts`` is a
    folder with texts of articles, whose cited sentences are read before the first worker starts; "" for none.
    """
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server decides when to end
    commands = socket.socket(fileno=os.dup(0))
    store = oxigraph.quick(Path(folder))
    if not store.in_memory:  # the engine's threads do not survive a fork
        store = oxigraph.copy(store.quads())
    if texts:
        _keep_sentences(store, Path(texts))
    _warm_up(store)
    gc.collect()
    gc.freeze()
    commands.sendall(PROCESS.pack(0))  # it is ready
    while True:
        command, attached, *_ = socket.recv_fds(commands, COMMAND.size, 1)
        if len(command) < COMMAND.size:
            return
        what, process = COMMAND.unpack(command)
        if what in (FORK, OPEN):
            confined = seconds if what == FORK else None
            commands.sendall(PROCESS.pack(_fork(store, confined, commands, attached[0])))
        else:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)


def _keep_sentences(store: Backend, folder: Path) -> None:
    """Read the cited sentences; a text that cannot be read is reported, and the server goes on without them."""
    try:
        corpus.keep(store, Texts(folder))
    except RareEarthError as error:
        print(f"{error}; tools give no sentences", file=sys.stderr)


def _warm_up(store: Backend) -> None:
    """Handle a request of each kind, so that everything imported or read late is there: a worker cannot open files."""
    things.prepare(store)
    spelling.prepare()
    paths.prepare()
    requests: list[Request] = [
        QueryRequest("ASK {}", Forms(None, "json", None), max_rows=1),
        messages.FindRequest("a name that nobody has"),
        messages.EditorRequest(""),
        *(messages.ListRequest(name, "http://localhost") for name in listing.LISTS),
        *(messages.ToolRequest(tool, arguments, 1) for tool, arguments in tools.EXAMPLES),
        *(messages.ReconcileRequest(part, asked, "http://localhost") for part, asked in reconciliation.EXAMPLES),
        messages.HintsRequest("ASK { entity:no-such-thing ?p ?o }"),
        *(messages.DocumentRequest(namespaces.ENTITY + "no-such-thing", form, "") for form in things.FORMS),
        *(messages.DocumentRequest(namespaces.DATASET, form, "http://localhost") for form in things.FORMS),
    ]
    for request in requests:
        if isinstance(reply := answer(store, request), ErrorReply) and reply.status == 500:
            raise RareEarthError(f"the server cannot answer a {type(request).__name__}")


_STATUS = {AmbiguousError: 300, NotFoundError: 404, NotAcceptableError: 406, TooLargeError: 413}


def answer(store: Backend, request: Request) -> Reply:
    """The reply to a request: an ErrorReply when it fails, whatever the reason."""
    try:
        return _reply(store, request)
    except RareEarthError as error:
        status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 400)
        return ErrorReply(status, str(error), _close(error) if isinstance(error, NotFoundError) else ())
    except MemoryError:
        return ErrorReply(507, "the answer needs more memory than a query may have")
    except Exception:  # a fault of the program; the worker continues
        with contextlib.suppress(OSError):
            traceback.print_exc()
        return ErrorReply(500, "the server failed to handle this request; the reason is in its log")


def _close(error: NotFoundError) -> tuple[str, ...]:
    """The IRIs of things that may be meant."""
    return tuple(f"{namespaces.BASE}{error.kind}/{id_}" for id_ in error.ids)


def _reply(store: Backend, request: Request) -> Reply:  # noqa: PLR0911 - one for each message
    match request:
        case messages.QueryRequest():
            return _result(store, request)
        case messages.DocumentRequest(iri, form, base):
            return _document(store, iri, form, base)
        case messages.EditorRequest(base):
            return messages.DocumentReply(things.editor(store, _site(store, base)))
        case messages.ListRequest(name, base):
            return messages.DocumentReply(listing.named(store, name, _site(store, base)))
        case messages.FindRequest(name):
            return messages.FindReply(lookup.entity(store, name))
        case messages.HintsRequest(query):
            return messages.DocumentReply(json.dumps(hints.hints(store, query)).encode())
        case messages.ToolRequest(tool, arguments, max_rows):
            return messages.DocumentReply(tools.call(store, tool, arguments, max_rows))
        case messages.ReconcileRequest(part, asked, base):
            return messages.DocumentReply(reconciliation.answer(store, part, asked, links.site(base)))
        case messages.PageRequest(texts):
            from rareearth.site import explorer  # here, so that the workers do not share the memory of its libraries

            kept = Texts(Path(texts)) if texts else None
            return messages.DocumentReply(explorer.encode(store, kept, dossiers="entity/{}", home="."))


def _site(store: Backend, base: str) -> Site:
    return replace(links.site(base), known_by=vocabulary.known_by(store))


def _document(store: Backend, iri: str, form: str, base: str) -> messages.DocumentReply:
    try:
        return messages.DocumentReply(things.document(store, iri, form, _site(store, base)))
    except NotFoundError:
        if moved := things.elsewhere(store, iri):
            return messages.DocumentReply(moved=moved)
        raise


def _result(store: Backend, request: QueryRequest) -> QueryReply:
    graphs = request.default_graphs, request.named_graphs
    result = store.query(request.query, graphs=graphs, base=namespaces.BASE)
    kind = result.kind
    form = request.forms.of(kind)
    if form is None:
        known = ", ".join(negotiation.KINDS[kind])
        raise NotAcceptableError(
            f"a {kind} cannot be written in any of the media types that were asked for; ask for {known}"
        )
    return QueryReply(kind, form, result.serialize(form, MAX_BYTES, request.max_rows))


def _fork(store: Backend, seconds: float | None, commands: socket.socket, attached: int) -> int:
    """The process of a new worker, which speaks with the server over the attached socket.

    Without ``seconds`` of processor time, it is not confined: it may take its time and open files.
    """
    process = os.fork()
    if process:
        os.close(attached)
        return process
    try:
        commands.close()
        _work(store, socket.socket(fileno=attached), seconds)
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(0)  # never return into the code of the template


def _work(store: Backend, server: socket.socket, seconds: float | None) -> None:
    """Answer requests until the server closes the connection."""
    end_with_parent()
    _leave_standard()
    if seconds is not None:
        _close_doors(server.fileno())
    while True:
        received = bytearray()
        while (request := messages.request(received)) is None:
            if not (part := server.recv(1 << 20)):
                return
            received += part
        if seconds is not None:
            _allow_seconds(seconds)
        server.sendall(messages.encode(answer(store, request)))


def _allow_seconds(seconds: float) -> None:
    """Allow the process this much more processor time, so that it ends even if the server does not end it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + seconds) + 2)


def _limit(what: int, soft: int, *, hard: bool = False) -> None:
    """Lower a limit of this process, which may have a lower one already."""
    _, most = resource.getrlimit(what)
    soft = soft if most == resource.RLIM_INFINITY else min(soft, most)
    resource.setrlimit(what, (soft, soft if hard else most))


def _leave_standard() -> None:
    """Read nothing from the standard input, which is the template's, and print nothing."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(nothing, standard)
    os.close(nothing)


def _close_doors(kept: int) -> None:
    """Close all descriptors but one, forbid opening others, and bound the memory."""
    if sys.platform == "linux":  # other systems do not enforce the limit, or do not start with it
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        _limit(resource.RLIMIT_AS, pages * resource.getpagesize() + MEMORY, hard=True)
    os.closerange(3, kept)
    os.closerange(kept + 1, 4096)
    for limit in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
        resource.setrlimit(limit, (0, 0))


if __name__ == "__main__":
    try:
        main(sys.argv[1], float(sys.argv[2]), *sys.argv[3:])
    except (RareEarthError, OSError) as error:
        raise SystemExit(str(error)) from error
    except MemoryError as error:
        raise SystemExit("there is not enough memory for the store; raise the limit of memory") from error
