"""The command line: a thin layer that reads files, asks the library and prints."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click

import comity
from comity.declaration import declaration_of
from comity.errors import AgreementError, ComityError

HOLDS, FAILS, WRONG = 0, 1, 2
UNREAD = 141  # what a shell says of a command whose reader has left; success would claim that the agreement holds


def reported(command: Callable[..., int | None]) -> Callable[..., None]:
    """Mistakes in what was asked become one message and status 2, never a traceback."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> None:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter still shows the rest
        try:
            status = command(*args, **options)
        except AgreementError as error:
            click.echo(str(error), err=True)
            count = len(error.problems)
            click.echo(f"{count} mistake{'s' if count != 1 else ''} in {error.file}; nothing was assessed.", err=True)
            status = WRONG
        except BrokenPipeError:
            # Whoever read our output has seen enough, as in: comity catalogue | head
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            status = UNREAD
        except OSError as error:
            click.echo(f"comity: {error.filename}: {error.strerror}" if error.filename else f"comity: {error}", err=True)
            status = WRONG
        except (ComityError, UnicodeDecodeError) as error:
            click.echo(f"comity: {error}", err=True)
            status = WRONG
        except RecursionError:
            click.echo("comity: the file is nested too deeply; comity reads at most 20 levels", err=True)
            status = WRONG
        sys.exit(status or 0)

    return run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(comity.__version__, prog_name="comity")
def main() -> None:
    """Design agreements that rivals keep.

    Write an agreement in a TOML file; comity says how to split, who would leave, lie or defect and what they gain, and
    the smallest change that stops it, with evidence that anyone can recheck without a solver.
    """


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--template", default="starter", show_default=True, help="What to start from, such as information-sharing.")
@click.option("--force", is_flag=True, help="Overwrite a file that exists.")
@reported
def new(file: Path, template: str, force: bool) -> int:
    """Write a commented agreement to start from."""
    from comity.agreements.starter import starter

    text = starter(template)
    if file.exists() and not force:
        raise ComityError(f"{file} exists; choose another name or add --force")
    file.write_text(text, encoding="utf-8")
    click.echo(f"Wrote {file}. Next: comity assess {file}")
    return HOLDS


@main.command()
@reported
def schema() -> int:
    """Print the JSON schema of agreement files, for editors."""
    import json

    from comity.agreements.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=1))
    return HOLDS


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--html", "html_path", type=click.Path(path_type=Path), help="Write the report here.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write the assessment with its evidence here.")
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="Change a number, e.g. member.L6.discount=0.8.")
@click.option("--scenario", help="Apply a scenario of the file.")
@click.option("--exit-zero", is_flag=True, help="End with status 0 even if a finding fails.")
@click.option("--quiet", "-q", is_flag=True, help="Print the verdict only.")
@reported
def assess(
    file: Path,
    html_path: Path | None,
    json_path: Path | None,
    settings: tuple[str, ...],
    scenario: str | None,
    exit_zero: bool,
    quiet: bool,
) -> int:
    """Assess an agreement: status 0 if every finding holds, 1 if some fails, 2 if the file is wrong."""
    agreement = _load(file, settings, scenario)
    assessment = comity.assess(agreement)
    if json_path:
        assessment.to_json(json_path)
    if html_path:
        assessment.to_html(html_path)
    if quiet:
        from comity.agreements.wording import verdict

        click.echo(verdict(assessment))
    else:
        _show(assessment)
    for written, what in ((json_path, "assessment with evidence"), (html_path, "report")):
        if written:
            click.echo(f"Wrote the {what} to {written}")
    return HOLDS if assessment.holds or exit_zero else FAILS


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--levers", default="", metavar="NAME,NAME", help="Use only these levers, e.g. sanction.fine,bond.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the amended agreement here.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write the amendment with its evidence here.")
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="Change a number first.")
@reported
def amend(file: Path, levers: str, out: Path | None, json_path: Path | None, settings: tuple[str, ...]) -> int:
    """Find the cheapest lever changes after which the agreement holds."""
    import json

    names = [name.strip() for name in levers.split(",") if name.strip()]
    agreement = _load(file, settings, None)
    _refuse_unknown("lever", names, _levers_of(agreement))
    amendment = comity.amend(agreement, names)
    click.echo(amendment.summary())
    if out:
        out.write_text(amendment.to_toml(), encoding="utf-8")
        click.echo(f"Wrote the amended agreement to {out}")
    if json_path:
        json_path.write_text(json.dumps(amendment.to_json(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return HOLDS if amendment.holds else FAILS


@main.command()
@click.argument("assessment", type=click.Path(path_type=Path))
@reported
def verify(assessment: Path) -> int:
    """Repeat every check of an assessment from its evidence, with no solver."""
    if assessment.is_dir() or not os.access(assessment, os.R_OK):
        assessment.open("rb").close()  # a file that cannot be read was not refuted: status 2
    certificate = comity.verify(assessment)
    if certificate:
        confirmed = certificate.witness["confirmed"]
        click.echo(
            f"Confirmed ({certificate.basis.value}): {confirmed['findings']} findings and {confirmed['repairs']} repairs follow "
            "from the agreement in the file. No solver was used."
        )
        click.echo(f"Assumed: {certificate.witness['assumed']}.")
        return HOLDS
    differences = certificate.witness["differences"]
    many = "1 statement" if len(differences) == 1 else f"{len(differences)} statements"
    click.echo(f"NOT confirmed: {many} of {assessment} {'does' if len(differences) == 1 else 'do'} not hold.")
    for difference in differences[:20]:
        click.echo(f"  {difference}")
    if len(differences) > 20:
        click.echo(f"  ... and {len(differences) - 20} more")
    return FAILS


@main.command()
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@reported
def compare(first: Path, second: Path) -> int:
    """Assess two agreements and print the findings side by side."""
    from comity.agreements.compare import comparison

    click.echo(comparison(comity.assess(_load(first)), comity.assess(_load(second))))
    return HOLDS


@main.command()
@click.argument("game", type=click.Path(path_type=Path))
@click.option(
    "--concept", "names", multiple=True, help="Name of a solution concept, e.g. nucleolus; several are set side by side."
)
@click.option("--all", "everything", is_flag=True, help="Every concept that needs only the game, and why some do not apply.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write the results with their certificates here.")
@reported
def solve(game: Path, names: tuple[str, ...], everything: bool, json_path: Path | None) -> int:
    """Solve a game on file, JSON or CSV, with one or several solution concepts.

    Status 2 if the one concept asked for does not apply, or if none of several does.  Concepts that need more than the game,
    such as unions or weights, are called from Python; --all lists them with their calls.
    """
    import json

    from comity.solvers.comparison import calls_with_arguments, concept_named, refuse_arguments

    if everything is bool(names):
        raise ComityError("choose --concept NAME, e.g. --concept nucleolus, or --all; comity catalogue concept lists the names")
    for name in names:
        refuse_arguments(name)
    on_file = comity.read_game(game)
    result: Any = concept_named(names[0])(on_file) if len(names) == 1 else comity.compare(on_file, names or None)
    click.echo(result.summary())
    if everything:
        calls = "\n".join(f"  {call}" for call in calls_with_arguments())
        click.echo(f"\nThese need more than the game; from Python:\n{calls}")
    if json_path:
        json_path.write_text(json.dumps(result.to_json(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return HOLDS if len(names) == 1 or result.results else WRONG


@main.command()
@click.argument("word", required=False, default="")
@reported
def catalogue(word: str) -> int:
    """List every game, concept, rule, check and clause type [containing WORD]."""
    entries = comity.catalogue(word)
    for entry in entries:
        area = f" [{entry.area}]" if entry.area else ""
        reference = f"  ({entry.reference})" if entry.reference else ""
        click.echo(f"{entry.kind:<9} {entry.name:<28} {entry.title}{area}{reference}")
    if not entries:
        click.echo(f"Nothing in the catalogue contains {word!r}; comity catalogue lists everything.")
    return HOLDS if entries else FAILS


@main.command()
@click.argument("name", required=False)
@click.option("--all", "everything", is_flag=True, help="Every paper.")
@reported
def reproduce(name: str | None, everything: bool) -> int:
    """Print a paper's table beside ours."""
    from comity import reproductions

    names = list(reproductions.find()) if everything else [name] if name else []
    if not names:
        for known, paper in reproductions.find().items():
            declaration = declaration_of(paper)
            click.echo(f"{known:<28} {declaration.title if declaration else ''}")
        click.echo("Choose one by name, or --all.")
        return HOLDS
    agreed = True
    for one in names:
        reproduction = reproductions.run(one)
        click.echo(reproduction.to_text() + "\n")
        agreed &= reproduction.agrees
    return HOLDS if agreed else FAILS


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--port", default=8765, show_default=True, type=click.IntRange(0, 65535), help="Port on 127.0.0.1; 0 takes a free one."
)
@reported
def serve(file: Path, port: int) -> int:
    """Show the report on 127.0.0.1, renewed when the file changes."""
    from comity.agreements.serve import serve as run

    run(file, port, lambda text: click.echo(text))
    return HOLDS


@main.command()
@click.option("--party", required=True, type=int, help="Which of the parties runs here, counted from 0.")
@click.option("--parties", required=True, metavar="HOST:PORT,...", help="Where each party listens, the same order everywhere.")
@click.option("--input", "secret", required=True, type=click.Path(path_type=Path), help="Our secret numbers, a JSON table.")
@click.option("--compute", required=True, type=click.Choice(["sum", "shapley", "core"]), help="What all parties learn.")
@click.option("--names", required=True, metavar="A,B,...", help="The players; for a sum, what is added up.")
@click.option(
    "--game",
    default="worths",
    show_default=True,
    type=click.Choice(["worths", "airport", "claims"]),
    help="What the numbers are: worths of coalitions, costs of which a coalition bears the largest, or claims on an estate.",
)
@click.option("--costs", is_flag=True, help="Worths are costs, not gains.")
@click.option("--split", metavar="X,Y,...", help="For core: the amounts that are tested, in the order of the names.")
@click.option("--estate", help="For claims: what there is.")
@click.option("--show-excess", is_flag=True, help="For core: all also learn the largest excess of a coalition.")
@click.option("--decimals", default=6, show_default=True, type=int, help="Numbers are rounded to so many.")
@click.option("--limit", default="1000000000", show_default=True, help="No number of any party is larger.")
@click.option("--timeout", default=60.0, show_default=True, help="Seconds to meet the others and to compute.")
@click.option("--certificate", type=click.Path(path_type=Path), help="Our certificate, for party-0, party-1, ... (TLS).")
@click.option("--key", type=click.Path(path_type=Path), help="The certificate's private key.")
@click.option("--authority", type=click.Path(path_type=Path), help="Who signed the certificates of all parties.")
@click.option("--encrypted-elsewhere", is_flag=True, help="The links are encrypted by other means, such as a private network.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write the result with what it assumes here.")
@reported
def confidential(
    party: int,
    parties: str,
    secret: Path,
    compute: str,
    names: str,
    game: str,
    costs: bool,
    split: str | None,
    estate: str | None,
    show_excess: bool,
    decimals: int,
    limit: str,
    timeout: float,
    certificate: Path | None,
    key: Path | None,
    authority: Path | None,
    encrypted_elsewhere: bool,
    json_path: Path | None,
) -> int:
    """Run one party of a computation on secrets; each member runs its own, with its own numbers.

    All parties give the same options but for --party and --input; what differs is noticed before anything secret is sent.
    At least three parties are needed, of whom fewer than half may be curious. All learn the result and nothing else. For core
    the status is 0 if the split is in the core and 1 if not.
    """
    import json

    from comity.results import Allocation
    from comity.secrets.computation import Computation
    from comity.secrets.confidential import result_of
    from comity.secrets.processes import read_addresses, read_secret, run_party

    computation = Computation(
        compute=compute,  # type: ignore[arg-type]  # one of the choices
        names=_parts(names),
        game=game,  # type: ignore[arg-type]
        orientation="cost" if costs or game == "airport" else "gain",
        split=None if split is None else _parts(split),  # type: ignore[arg-type]  # numbers as written are read there
        estate=estate,  # type: ignore[arg-type]
        decimals=decimals,
        limit=limit,  # type: ignore[arg-type]
        show_excess=show_excess,
    )
    addresses = read_addresses(_parts(parties))
    files = {"certificate": certificate, "key": key, "authority": authority}
    given = {name: path for name, path in files.items() if path is not None}
    if 0 < len(given) < len(files):
        raise ComityError(f"--{' and --'.join(given)} came without {' and '.join('--' + n for n in files if n not in given)}")
    numbers = read_secret(secret)
    answer = run_party(computation, party, addresses, numbers, timeout=timeout, tls=given or None, encrypted=encrypted_elsewhere)
    result = result_of(computation, answer["numbers"], len(addresses))
    certified = result.certificate if isinstance(result, Allocation) else result
    click.echo(str(result))
    if "largest_excess" in answer["numbers"]:
        click.echo(f"The largest excess of a coalition is {answer['numbers']['largest_excess']}.")
    click.echo(f"Protection: {certified.witness['protection']}")
    click.echo(f"Precision: {certified.witness['precision']}.")
    if json_path:
        json_path.write_text(json.dumps(result.to_json(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return HOLDS if certified else FAILS


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@reported
def keys(file: Path) -> int:
    """Make a key to sign with: FILE is the private one, FILE.pub the public one."""
    from comity.secrets.signatures import new_key

    public = new_key(file)
    click.echo(f"Wrote the private key to {file}, which only you can read, and the public key to {file}.pub:\n{public}")
    click.echo("Give others the public key in a way they can trust; show the private key to nobody.")
    return HOLDS


@main.command()
@click.argument("document", type=click.Path(path_type=Path))
@click.option("--key", required=True, type=click.Path(path_type=Path), help="Your private key, made with comity keys.")
@click.option("--signer", required=True, help="Who signs, for example the member's id.")
@click.option("--out", type=click.Path(path_type=Path), help="Where the signature goes; default: DOCUMENT.SIGNER.sig")
@reported
def sign(document: Path, key: Path, signer: str, out: Path | None) -> int:
    """Sign an agreement, an assessment or a report; the signature is a small file beside it."""
    import json
    from datetime import UTC, datetime

    from comity.secrets.signatures import sign as signed

    signature = signed(document, key, signer, signed_at=datetime.now(UTC).isoformat(timespec="seconds"))
    target = out or document.with_name(f"{document.name}.{_file_part(signer)}.sig")
    target.write_text(json.dumps(signature, indent=1) + "\n", encoding="utf-8")
    click.echo(f"Signed {document} as {signer}; wrote {target}")
    return HOLDS


@main.command()
@click.argument("document", type=click.Path(path_type=Path))
@click.argument("signatures", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SIGNATURE...")
@click.option(
    "--signer", "signers", multiple=True, metavar="NAME=KEY.pub", help="A signer who must be there, and its public key."
)
@reported
def signatures(document: Path, signatures: tuple[Path, ...], signers: tuple[str, ...]) -> int:
    """Check signatures on a document: status 0 if all are good and everybody named has signed, else 1."""
    from comity.secrets.signatures import check_signature, read_public_key

    known: dict[str, str] = {}
    for one in signers:
        name, separator, path = one.partition("=")
        if not separator or not name:
            raise ComityError(f"--signer {one!r} is not NAME=KEY.pub; write --signer L1=L1.key.pub")
        known[name] = read_public_key(path)
    signed, good = set(), True
    for file in signatures:
        certificate = check_signature(document, file, known or None)
        good &= bool(certificate)
        if certificate:
            signed.add(certificate.witness["signer"])
        verdict = "ok  " if certificate else "BAD "
        why = "" if certificate else f": {certificate.witness['reason']}"
        click.echo(f"{verdict} {file}: signed by {certificate.witness['signer']}, {certificate.witness['signed_at']}{why}")
        if certificate and not known:
            click.echo(f"     made with {certificate.witness['key']}; is that {certificate.witness['signer']}'s? Say --signer.")
    for name in known:
        if name not in signed:
            good = False
            click.echo(f"NOT  signed by {name}")
    return HOLDS if good else FAILS


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


def _file_part(name: str) -> str:
    """A name as part of a file's name."""
    return "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in name)


def _load(file: Path, settings: tuple[str, ...] = (), scenario: str | None = None) -> Any:
    agreement = comity.Agreement.load(file)
    changes: dict[str, Any] = {}
    if scenario is not None:
        agreement = agreement.scenario(scenario)
    for setting in settings:
        path, separator, value = setting.partition("=")
        if not separator or not path.strip():
            raise ComityError(f"--set {setting!r} is not PATH=VALUE; write --set member.L6.discount=0.8")
        changes[path.strip()] = value.strip()
    return agreement.with_overrides(changes) if changes else agreement


def _levers_of(agreement: Any) -> list[str]:
    """The agreed lever names and what else the clauses of this agreement offer."""
    from comity.agreements.schema import INSTRUMENTS

    setting = agreement.setting()
    return [*INSTRUMENTS, *(lever.name for clause in setting.clauses for lever in clause.levers(setting))]


def _refuse_unknown(what: str, names: Iterable[str], known: Iterable[str]) -> None:
    from difflib import get_close_matches

    listed = list(dict.fromkeys(known))
    for name in names:
        if name not in listed:
            close = get_close_matches(name, listed, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(listed)}"
            raise ComityError(f"there is no {what} {name!r}; {hint}")


def _show(assessment: Any) -> None:
    from rich.console import Console

    from comity.agreements.terminal import WIDTH, show

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    show(assessment, console)
