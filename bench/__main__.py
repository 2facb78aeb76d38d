"""python -m bench NAME [OPTIONS]: run one benchmark, in the environment of `tools/plimsoll.py run`."""

import importlib
import sys

import django

BENCHMARKS = {"ledger": "bench.ledger", "accrual": "bench.accrual"}


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in BENCHMARKS:
        print(f"usage: python -m bench {' | '.join(BENCHMARKS)} [--help]", file=sys.stderr)
        return 2
    django.setup()
    code: int = importlib.import_module(BENCHMARKS[arguments[0]]).main(arguments[1:])
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
