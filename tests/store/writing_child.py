"""Commits and records without end, and says on stdout which commits came back. To be killed."""

from __future__ import annotations

import asyncio
import sys
from itertools import count
from pathlib import Path

from tests.store.values import closing, declared, look, opened


async def write(home: Path | str) -> None:
    async with opened(home) as store:

        async def see() -> None:
            for n in count():
                await store.record([look(float(n))], declared().state)

        seeing = asyncio.create_task(see())
        for n in count(1):
            await store.put_inbox(f"cli/{n}", closing(f"us-{n}"), float(n))
            await store.commit(declared(f"us-{n}"), f"cli/{n}")
            await store.sending(f"us-{n}/page/1@pager", float(n))
            sys.stdout.write(f"{n}\n")
            sys.stdout.flush()
        await seeing


asyncio.run(write(sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1])))
