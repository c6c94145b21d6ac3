"""The chain account that pays: one secp256k1 key in one file that nobody else can read.

It signs nothing but transactions: the right to act comes from P-256 signatures (README §9), except for
`anchor`. There is no default key. A file that others may read is refused, not merely warned about, because a
stolen key can fill the log's place on the chain with foreign heads.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from typing import TYPE_CHECKING

from eth_account import Account

from protocol.errors import ChainError

if TYPE_CHECKING:
    from pathlib import Path

    from eth_account.signers.local import LocalAccount

_MODE = 0o600
# Keys printed in public documentation: whoever uses one shares it with everybody.
_PUBLISHED_MNEMONIC = "test test test test test test test test test test test junk"


def create_account(path: Path) -> LocalAccount:
    """Make a new key file with mode 0600; ChainError ACCOUNT_FILE_EXISTS rather than overwrite."""
    secret = secrets.token_bytes(32)
    account: LocalAccount = Account.from_key(secret)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    except FileExistsError as error:
        raise ChainError("ACCOUNT_FILE_EXISTS", str(path)) from error
    except OSError as error:
        raise ChainError("ACCOUNT_FILE_UNREADABLE", str(path)) from error
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write("0x" + secret.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return account


def load_account(path: Path) -> LocalAccount:
    """Read a key file: 64 hex digits, 0x or not. ChainError ACCOUNT_FILE_… if absent, open or malformed."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise ChainError("ACCOUNT_FILE_UNREADABLE", str(path)) from error
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise ChainError("ACCOUNT_FILE_OPEN", str(path))
    if not re.fullmatch(r"(0x)?[0-9a-fA-F]{64}", text):
        raise ChainError("ACCOUNT_FILE_MALFORMED", str(path))
    try:
        account: LocalAccount = Account.from_key(text)
    except ValueError as error:
        raise ChainError("ACCOUNT_FILE_MALFORMED", str(path)) from error
    if account.address in _published():
        raise ChainError("ACCOUNT_KEY_PUBLISHED", str(path))
    return account


def _published() -> set[str]:
    """Addresses of the ten accounts that development chains hand out."""
    Account.enable_unaudited_hdwallet_features()
    paths = [f"m/44'/60'/0'/0/{index}" for index in range(10)]
    return {Account.from_mnemonic(_PUBLISHED_MNEMONIC, account_path=path).address for path in paths}
