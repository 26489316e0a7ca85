"""The error tree: problems of the environment, problems of the input; everything else is a bug."""


class DotlocalError(Exception):
    """A problem that a person can understand and mend; `code` is stable, `hint` is the next step."""

    code = "problem"
    hint = ""

    def __init__(self, message: str, *, hint: str | None = None, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts
        if hint is not None:
            self.hint = hint


class EnvironmentProblem(DotlocalError):
    """Retry, install something, or permit something."""

    code = "environment"


class InputProblem(DotlocalError):
    """What was given cannot be used as it is."""

    code = "input"


class StoreUnavailable(EnvironmentProblem):
    """A trust store cannot be used now; `reason` is a short code shown in its row."""

    code = "store-unavailable"

    def __init__(self, reason: str, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint, reason=reason)
        self.reason = reason


class ElevationRefused(EnvironmentProblem):
    """The administrator prompt was cancelled or no administrator rights are to be had."""

    code = "elevation-refused"
    hint = "Run the command again and confirm the prompt, or run it as an administrator."


class ToolFailed(EnvironmentProblem):
    """An external tool ended badly; keeps its argv, exit code and redacted stderr."""

    code = "tool-failed"

    def __init__(self, argv: tuple[str, ...], exit_code: int | None, stderr: str) -> None:
        ending = "did not end in time" if exit_code is None else f"ended with exit code {exit_code}"
        detail = f": {stderr.strip()[-400:]}" if stderr.strip() else ""
        super().__init__(f"{argv[0]} {ending}{detail}", argv=argv, exit_code=exit_code)
        self.argv, self.exit_code, self.stderr = argv, exit_code, stderr


class RootNotTrusted(EnvironmentProblem):
    """A store was changed, but reading it back did not show the expected state."""

    code = "read-back-failed"
    hint = "Look at the store's own messages, then try again; nothing else was changed."


class TrustBusy(EnvironmentProblem):
    """Another process is changing the trust stores."""

    code = "trust-busy"
    hint = "Wait until it is done, then try again."


class NothingToUndo(InputProblem):
    """The journal holds no change that could be put back."""

    code = "nothing-to-undo"
    hint = "See what is on record with: dotlocal trust history"


class KeychainMissing(EnvironmentProblem):
    """There is no keychain here and no other place was named for the passphrase."""

    code = "keychain-missing"
    hint = (
        "Set DOTLOCAL_PASSPHRASE_FILE to a file that holds the passphrase, type one when asked, "
        "or start a keychain service (GNOME Keyring, KWallet)."
    )


class PassphraseWrong(EnvironmentProblem):
    """The key could not be decrypted with the passphrase that was found or typed."""

    code = "passphrase-wrong"
    hint = "Type the passphrase that was chosen when the authority was created."


class StateUnwritable(EnvironmentProblem):
    """Dotlocal's own folder cannot be written."""

    code = "state-unwritable"
    hint = "Check the folder's owner and free space, or set DOTLOCAL_HOME to another folder."


class StateCorrupt(EnvironmentProblem):
    """A file of Dotlocal's own state cannot be read; names the file, the line and the field."""

    code = "state-corrupt"
    hint = "The file was left as it is. Restore it from a backup, or move it away and try again."


class UpdatesUnknown(EnvironmentProblem):
    """A build does not know where to ask for newer versions."""

    code = "updates-unknown"
    hint = "Look where you got it from. Released installers know their place."


class UpdatesOff(EnvironmentProblem):
    """An administrator turned the update check off."""

    code = "updates-off"
    hint = "Ask whoever looks after this computer. `dotlocal settings` shows where that stands."


class UpdateUnreachable(EnvironmentProblem):
    """The place that knows about newer versions could not be asked."""

    code = "update-unreachable"
    hint = "Try again later; nothing else depends on it."


class UpdateRefused(EnvironmentProblem):
    """What came as a statement about versions is not to be believed; `reason` says why in a word."""

    code = "update-refused"
    hint = "Nothing was changed. Where this stays so, look at the project's own page."

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message, reason=reason)
        self.reason = reason


class SettingUnknown(InputProblem):
    """What was to be set is no setting."""

    code = "setting-unknown"
    hint = "Write NAME=VALUE, such as network.probe=false. `dotlocal settings` lists the names."


class SettingManaged(InputProblem):
    """A setting is set for this computer, by its administrator or installer, and nobody's own file changes it."""

    code = "setting-managed"
    hint = "Ask whoever looks after this computer. `dotlocal settings` shows where every value comes from."


class AuthorityMissing(EnvironmentProblem):
    """There is no authority yet."""

    code = "authority-missing"
    hint = 'Create one: dotlocal ca create --name "Workshop"'


class AuthorityExists(InputProblem):
    """There is an authority already."""

    code = "authority-exists"
    hint = "Show it with: dotlocal ca show"


class NetworkUnavailable(EnvironmentProblem):
    """No interface can carry multicast DNS."""

    code = "network-unavailable"
    hint = "Connect to the devices' network, or name an interface with --interface."


class WindowUnavailable(EnvironmentProblem):
    """The window cannot be opened on this machine."""

    code = "window-unavailable"


class BadName(InputProblem):
    """A host name is not usable."""

    code = "bad-name"


class BadAddress(InputProblem):
    """An IP address or network is not usable."""

    code = "bad-address"


class OutsideLimits(InputProblem):
    """The authority's own limits forbid this name or address; clients would refuse the certificate."""

    code = "outside-limits"


class BadCertificate(InputProblem):
    """A file does not hold the certificate that is needed."""

    code = "bad-certificate"


class NotAnAuthority(BadCertificate):
    """A certificate that may not sign others was offered as a root."""

    code = "not-a-ca"
    hint = "Install the root certificate (CA:TRUE), not a device's certificate."


class FileExists(InputProblem):
    """A file that would be written is there already; nothing was overwritten."""

    code = "file-exists"
    hint = "Choose another folder, or move the old files away."


class UnknownStore(InputProblem):
    """No trust store has this id on this machine."""

    code = "unknown-store"
    hint = "List the stores with: dotlocal trust status"


class UnknownInterface(InputProblem):
    """No network interface has this name or address."""

    code = "unknown-interface"
