"""The process: listens on a free port, says where, and ends when its standard input closes."""

import json
import logging
import os
import shutil
import sys
import tempfile
import threading
from pathlib import Path

from . import ACCOUNT_ID, REGION


def main() -> None:
    """Patches moto, serves, and takes its functions and files with it when it ends."""
    logging.basicConfig(stream=sys.stderr, level=os.environ.get("EMULATOR_LOG", "CRITICAL").upper())
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "test")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "test")
    # moto would make instance profiles, default networks and images, which nothing here uses.
    os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")

    from werkzeug.serving import make_server

    from .server import Application, Handler

    folder = Path(tempfile.mkdtemp(prefix="emulated-aws-"))
    application = Application(folder)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Handler)
    endpoint = f"http://127.0.0.1:{server.server_port}"
    application.listens_at(endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"endpoint": endpoint, "region": REGION, "account_id": ACCOUNT_ID}), flush=True)
    try:
        while sys.stdin.buffer.read(4096):
            pass
    except KeyboardInterrupt:
        pass
    application.close()
    shutil.rmtree(folder, ignore_errors=True)
    # Executions and functions may still be running in threads. The process does not wait for them.
    os._exit(0)


if __name__ == "__main__":
    main()
