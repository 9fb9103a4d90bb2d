"""Leads and commits until it is fenced, and says on stdout when it has begun and when it ends. To be frozen."""

from __future__ import annotations

import asyncio
import sys
from itertools import count

from checker.store.faults import Fenced
from checker.store.leases import CORE
from checker.store.store import Store
from tests.store.values import declared


async def lead(url: str) -> None:
    store = await Store.open(url)
    term = await store.sharing.take(CORE, "child", ttl_s=1.0)
    assert term
    await store.lead(term)
    try:
        for n in count(1):
            await store.commit(declared(f"us-{n}"))
            await store.sharing.renew(term, ttl_s=1.0)
            tell(f"committed us-{n}")
    except Fenced:
        tell("fenced")
    await store.close()


def tell(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


asyncio.run(lead(sys.argv[1]))
