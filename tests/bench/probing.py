"""Capture the chains of many ports as the window would, fifty at a time; prints how many gave one.

python -m tests.bench.probing FIRST_PORT COUNT
"""

import asyncio
import sys

from core.tls.probe import capture

AT_ONCE = 50


async def main(first: int, count: int) -> int:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(port: int) -> bool:
        async with gate:
            return bool((await capture("dev.local", "127.0.0.1", port)).chain)

    async with asyncio.TaskGroup() as tasks:
        asked = [tasks.create_task(one(port)) for port in range(first, first + count)]
    return sum(task.result() for task in asked)


if __name__ == "__main__":
    sys.stdout.write(f"{asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))}\n")
