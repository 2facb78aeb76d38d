"""Other ledgers: one function a transfer, django-hordak, and the ORM; each posts what the service posts."""

from bench.databases import address, app_connection, owner_connection
from bench.parts.run import Run
from bench.pgledger import TransferLedger
from bench.place import floor_of, settle
from bench.rounds import take_turns
from bench.single import Single
from bench.workers import Worker
from tools.environment import OWNER_URL


def pgledger(run: Run) -> None:
    """Compare the bulk way with a function called once a transfer, and with many calls in one statement."""
    place, sizes = run.place, run.sizes
    with owner_connection(place.database) as connection:
        other = TransferLedger(connection, accounts=sizes.accounts)
        other.build(stored=sizes.others_stored)
        settle(place.database)
        place.enter()
        times = take_turns(
            {
                "service": lambda _number: place.bulk.post_entries(sizes.others_entries),
                "one by one": lambda _number: other.one_by_one(sizes.others_singles),
                "in one statement": lambda _number: other.in_one_statement(sizes.others_entries),
            },
            rounds=sizes.rounds,
            told=run.told,
        )
        connection.execute("DROP SCHEMA pgledger CASCADE")
    ours = 2 * sizes.others_entries / times.median("service")
    theirs = 2 * sizes.others_singles / times.median("one by one")
    packed = 2 * sizes.others_entries / times.median("in one statement")
    add = run.result.add
    note = f"bulk postings a second ({sizes.others_entries:,} entries) over one call and commit a transfer"
    add("pgledger_speedup", ours / theirs, note, ">= 10")
    add("pgledger_packed_speedup", ours / packed, "the same over as many calls in one statement")
    add("pgledger_postings_per_second", theirs, "one call and commit a transfer")
    add("pgledger_packed_postings_per_second", packed, "all calls in one statement")


def hordak(run: Run) -> None:
    """Compare the bulk way with django-hordak's, the same number of entries by one call each."""
    place, sizes = run.place, run.sizes
    database = run.databases.make("hordak")
    settings = {
        "DJANGO_SETTINGS_MODULE": "bench.hordak.settings",
        "HORDAK_DATABASE_URL": address(OWNER_URL, database),
    }
    with Worker("bench.hordak.posting", settings) as worker:
        run.told("django-hordak loading")
        worker.ask({"do": "build", "clients": sizes.others_accounts, "stored": sizes.others_stored})
        settle(place.database)
        place.enter()
        times = take_turns(
            {
                "service": lambda _number: place.bulk.post_entries(sizes.others_entries),
                "django-hordak": lambda _number: worker.ask(
                    {"do": "post", "transactions": sizes.others_entries}
                )["seconds"],
            },
            rounds=sizes.rounds,
            told=run.told,
        )
    theirs = 2 * sizes.others_entries / times.median("django-hordak")
    note = f"bulk postings a second over bulk_create's, {sizes.others_entries:,} entries of two each"
    run.result.add("hordak_speedup", times.ratio("django-hordak", "service"), note, ">= 12")
    run.result.add("hordak_postings_per_second", theirs, "django-hordak by bulk_create")


def orm(run: Run) -> None:
    """Compare the bulk way with Django's create() of entry and postings, a transaction an entry, no rules."""
    place, sizes = run.place, run.sizes
    with floor_of(place):
        settle(place.database)
        place.enter()
        with app_connection(place.database) as unused:
            ways = Single(place.cast, place.bulk.day, unused, "bench-orm")
            times = take_turns(
                {
                    "service": lambda _number: place.bulk.post_entries(sizes.others_entries),
                    "orm": lambda _number: sum(ways.by_orm(n) for n in range(sizes.others_singles)),
                },
                rounds=sizes.rounds,
                told=run.told,
            )
    ours = 2 * sizes.others_entries / times.median("service")
    theirs = 2 * sizes.others_singles / times.median("orm")
    note = "bulk postings a second over create()'s, a transaction an entry, no rules"
    run.result.add("orm_speedup", ours / theirs, note)
