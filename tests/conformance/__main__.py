"""python -m tests.conformance --endpoint URL: which behaviours of X-Ray an endpoint has."""
import argparse
import pathlib
import sys

from tests.conformance import suite
from tests.conformance.clients.boto import BotoClient


def arguments():
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=suite.__doc__)
    parser.add_argument("--endpoint", help="URL; without it AWS itself, in --region (that costs, and needs keys)")
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--profile", help="of the AWS configuration")
    parser.add_argument("--unsigned", action="store_true", help="send no signature, as to a daemon's port")
    parser.add_argument("--patience", type=float, default=20, help="seconds until what was put must be found (AWS: 120)")
    parser.add_argument("--account-wide", action="store_true",
                        help="also change settings of the whole account, and set them back")
    parser.add_argument("--only", default="", help="operations whose name holds this")
    parser.add_argument("--markdown", type=pathlib.Path, help="write the table there")
    return parser.parse_args()


def main() -> int:
    asked = arguments()
    client = BotoClient(asked.endpoint, asked.region, asked.profile, credentials=not asked.unsigned)
    outcomes = suite.run(client, asked.patience, asked.account_wide, asked.only)
    passed, looked_at = suite.operations_passed(outcomes)
    title = f"{passed} of {looked_at} operations of {asked.endpoint or 'AWS'} behave, through {client.name}"
    text = f"{title}\n\n{suite.table(outcomes)}\n"
    print(text)
    if asked.markdown:
        asked.markdown.write_text(text)
    return 0 if passed == looked_at else 1


if __name__ == "__main__":
    sys.exit(main())
