"""The explorer page of a build, made in a process of its own: it takes seconds, in which the server must answer.

The process writes the page to its standard output. It exits with :data:`REFUSED`, and one line on standard error, for
what the user can mend; any other failure is a fault of the program and leaves a traceback there.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

from rareearth.corpus import Texts
from rareearth.errors import RareEarthError
from rareearth.server.processes import end_with_parent
from rareearth.site import explorer
from rareearth.store import oxigraph

LOG = logging.getLogger("rareearth.server")
REFUSED = 3  # exit code


async def page(folder: Path, texts: Path | None) -> bytes:
    """The explorer page of a build folder, with the sentences that it cites where there is a folder of texts.

    Cancelling ends the process. Raises RareEarthError when there can be no page.
    """
    command = [sys.executable, "-m", "rareearth.server.explorer_process", str(folder), *([str(texts)] if texts else [])]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe)
    try:
        written, complaint = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == 0:
        return written
    reason = complaint.decode(errors="replace").strip()
    if process.returncode == REFUSED:
        raise RareEarthError(reason)
    LOG.error("the explorer page could not be made (exit code %d)\n%s", process.returncode, reason)
    raise RareEarthError("the explorer page could not be made; the server's log says why")


def main(folder: str, texts: str | None = None) -> None:
    """Write the page of a build folder to standard output."""
    end_with_parent()
    try:
        written = explorer.encode(oxigraph.read(Path(folder)), Texts(Path(texts)) if texts else None)
    except (RareEarthError, OSError) as error:
        print(error, file=sys.stderr)
        raise SystemExit(REFUSED) from error
    sys.stdout.buffer.write(written)


if __name__ == "__main__":
    main(*sys.argv[1:])
