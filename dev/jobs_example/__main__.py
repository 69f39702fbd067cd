"""`python -m dev.jobs_example`: the example on loopback, on JOBS_EXAMPLE_PORT."""

import asyncio

import httpx
import uvicorn

from dev.jobs_example import handler_row
from dev.jobs_example.app import Service
from dev.jobs_example.reports import Reports
from dev.jobs_example.settings import Settings
from dev.jobs_example.store import Store
from dev.simulator.keys import create_key

LABEL = "jobs de exemplo"


async def main() -> None:
    """Serves until stopped."""
    settings = Settings.from_env()
    handler_row.write(settings.database_url, settings.url)
    store = Store(settings.file)

    def new_key(cnpj: str) -> str:
        return create_key(settings.database_url, cnpj, LABEL)

    async with httpx.AsyncClient(trust_env=False) as http:
        reports = Reports(http, settings.supabase_url, new_key)
        app = Service(settings.secret, store, reports, settings.work_s).app()
        config = uvicorn.Config(
            app, host="127.0.0.1", port=settings.port, lifespan="on", log_level="warning"
        )
        await uvicorn.Server(config).serve()
    store.close()


if __name__ == "__main__":
    asyncio.run(main())
