"""Taking an approval or waiver back: a statement signed like the approval itself.

A revocation is taken if, and only if
1. its statement has exactly the members of `approval-revocation/v1` or `waiver-revocation/v1`, and names this
   ledger's origin and what it takes back;
2. its signature (SSHSIG, namespace `approval@HOST` or `waiver@HOST`) was made over the RFC 8785 bytes of it;
3. the key that signed is bound to whoever hands it in, at that time;
4. that is who gave the approval, whatever roles they have lost since, or an administrator;
5. it was not signed in the future.
Once an approval is taken back it never counts again; who changes their mind signs a new one. The entry itself
stays, as everything does.
"""

from __future__ import annotations

from governance.errors import InvalidInput, NotPermitted
from governance.gate import statements
from governance.gate.approvals import Submitted
from governance.gate.instants import CLOCK_TOLERANCE, moment
from governance.gate.statements import RevocationStatement
from governance.identity.directory import ADMINISTRATOR, Directory
from governance.identity.sshsig import Signature, verify


def accept(submitted: Submitted, origin: str, giver: str, directory: Directory) -> RevocationStatement:
    """Return the typed statement, if the rules hold.

    Args:
        submitted: the statement, its signature, who hands it in, and when.
        origin: the ledger's origin.
        giver: whose approval or waiver it is.
        directory: who is known.

    Raises:
        InvalidInput: rules 1 and 5.
        IntegrityError: rule 2.
        NotPermitted: rules 3 and 4.
    """
    statement = statements.read_revocation(submitted.statement)
    if statement.origin != origin:
        raise InvalidInput(
            f"The statement is for the ledger '{statement.origin}', not for '{origin}'.",
            remedy="Sign a statement that this ledger wrote.",
        )
    key = Signature.from_armored(submitted.signature).key
    message = statements.message(submitted.statement)
    verify(submitted.signature, statements.namespace(submitted.statement), message, key.line)
    if directory.owner(key.subject, submitted.at) != submitted.actor:
        raise NotPermitted(
            f"The key {key.subject[:16]}… is not bound to {submitted.actor}.",
            remedy=f"An administrator binds it: govern user bind-key {submitted.actor} KEY.pub",
        )
    if submitted.actor != giver and ADMINISTRATOR not in directory.roles(submitted.actor, submitted.at):
        raise NotPermitted(
            f"{statement.revokes} is the word of {giver}: {submitted.actor} can't take it back.",
            remedy=f"Let {giver} sign it, or an administrator.",
        )
    if moment(statement.time) > moment(submitted.at) + CLOCK_TOLERANCE:
        raise InvalidInput(
            f"The statement was signed at {statement.time}, which is later than now ({submitted.at}).",
            remedy="Set the clock of the machine that wrote it.",
        )
    return statement
