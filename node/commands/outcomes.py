"""Commands about what a pack maker's calculations say: models and years compared, the reporting duty, reminders."""

from __future__ import annotations

import os
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from node.commands.output import Folder, Json, Lang, RequestId, opened, refresh, say, show_json, show_table
from node.language import find_language
from operation.told import tell, tell_name
from protocol.errors import Refused

if TYPE_CHECKING:
    from node.maker.duty import Listed
    from node.maker.outcomes import Compared


def mount(app: typer.Typer, models: typer.Typer) -> None:
    """Add these commands to `sealsum node` and `sealsum node model`."""
    models.command("compare")(compare)
    models.command("duty")(duty)
    app.command("remind")(remind)


def compare(
    folder: Folder,
    model: Annotated[str, typer.Option(help="This model only, through its years.")] = "",
    rules: Annotated[
        str,
        typer.Option(
            help="METHOD/BOUNDARY; the default is what most models have results under.", show_default=False
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """Models and years side by side, under one rule set and boundary: others cannot be compared."""
    from node.maker.standings import compare_models, refresh_standings
    from web.paging import WHOLE

    with opened(folder) as node:
        refresh(node)
        refresh_standings(node, None)
        found = compare_models(node, WHOLE, [model] if model else (), rules)
        if rules and rules != found.chosen:
            raise Refused(
                "rules", f"no result under {rules}; there are: {', '.join(found.choices) or 'none yet'}"
            )
    rows = [_fields_of(one) for one in found.rows]
    if as_json:
        show_json({"rules": found.chosen, "choices": list(found.choices), "compared": rows})
        return
    typer.echo(f"Rule set 规则集 {found.chosen or '-'}")
    titles = ("model", "year", "chemistry", "per_kwh", "change", "total_kg", "primary_data_share", "request")
    show_table(titles, [tuple(map(_show, (one[name] for name in titles))) for one in rows], titles[3:7])


def _fields_of(one: Compared) -> dict[str, Any]:
    outcome, figures = one.outcome, one.outcome.figures
    return {
        "model": outcome.model,
        "year": outcome.year,
        "chemistry": outcome.unit.chemistry,
        "per_kwh": figures.per_kwh,
        "change": None if one.change is None else str(one.change),
        "total_kg": figures.total_kg,
        "stages": dict(figures.stages),
        "primary_data_share": figures.primary_data_share,
        "quality_rating": figures.quality_rating,
        "request": outcome.request,
        "is_certified": outcome.is_certified,
    }


def _show(value: str | None) -> str:
    """A figure to be read; --json has every digit."""
    if value is None:
        return ""
    return f"{Decimal(value):.6f}".rstrip("0").rstrip(".") if "." in value and len(value) < 60 else value


def duty(folder: Folder, as_json: Json = False) -> None:
    """The reporting duty of MIIT notice 551, counted from what this node has certified itself."""
    from node.maker.duty import ALL_MODELS_FROM, TRIAL_ENDS, TYPICAL_PACKS, read_duty
    from node.maker.standings import refresh_standings

    with opened(folder) as node:
        refresh(node)
        refresh_standings(node, None)
        found = read_duty(node, node.clock())
    if as_json:
        dates = {"trial_ends": TRIAL_ENDS.isoformat(), "all_models_from": ALL_MODELS_FROM.isoformat()}
        met = {"is_trial_met": found.is_trial_met, "is_all_met": found.is_all_met}
        show_json({**asdict(found), **met, **dates, "typical_packs": TYPICAL_PACKS})
        return
    done, total = len(found.ready), len(found.ready) + len(found.waiting)
    typer.echo(
        tell(
            "Trial until {}, {} days left: {} of at least {} typical packs, {} of {} "
            "chemistries are certified.",
            TRIAL_ENDS,
            found.days_left,
            done,
            TYPICAL_PACKS,
            len(found.covered),
            len(found.chemistries),
        )
    )
    typer.echo(tell("From {} every model: {} of {} are certified.", ALL_MODELS_FROM, done, total))
    rows = [(one.model, one.chemistry, one.energy_kwh, tell_name("certified")) for one in found.ready]
    rows += [(one.model, one.chemistry, one.energy_kwh, _say_waiting(one)) for one in found.waiting]
    show_table(("model", "chemistry", "kWh", "under miit-551, full"), rows, ("kWh",))


def _say_waiting(one: Listed) -> str:
    return tell("no declaration in {}", ", ".join(one.lacks)) if one.lacks else tell("to be asked for")


def remind(
    folder: Folder,
    request: RequestId,
    entry: Annotated[int | None, typer.Option(help="One entry only, by its number in `status`.")] = None,
    is_sent: Annotated[
        bool, typer.Option("--sent", help="Note that they are sent; `status` says when that was.")
    ] = False,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Texts to send by your own mail to the suppliers that a calculation waits for; no quantity is in them."""
    from node.maker.progress import read_progress
    from node.maker.reminding import find_reminded, is_awaited, is_late, make_reminder, note_reminded
    from node.maker.requesting import resolve_request

    with opened(folder, asked=lang) as node:
        refresh(node)
        progress = read_progress(node, resolve_request(node, request))
        if entry is not None and not 0 <= entry < len(progress.entries):
            raise Refused("unknown", f"this calculation has {len(progress.entries)} entries")
        awaited = [
            one for one in progress.entries if is_awaited(progress, one) and entry in (None, one.entry)
        ]
        if is_sent:
            note_reminded(node, progress.request, [one.entry for one in awaited])
        reminded, language = find_reminded(node, progress.request), find_language(lang, os.environ)
        found = [
            {
                "entry": one.entry,
                "item": one.item,
                "supplier": one.supplier_zh if language == "zh" else one.supplier,
                "reminded": reminded.get(one.entry),
                "is_late": is_late(progress, one, node.clock()),
                **asdict(make_reminder(node, progress, one, language)),
            }
            for one in awaited
        ]
    if as_json:
        show_json({"reminders": found})
        return
    if not found:
        typer.echo(tell("Nobody is awaited."))
    for one in found:
        typer.echo(tell("To: {}\nSubject: {}\n\n{}", one["supplier"], one["subject"], one["text"]))
    if found and not is_sent:
        say(tell("Once they are sent, note it with --sent."))
