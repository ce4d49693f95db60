"""Commands of a supplier who is asked: the inbox, what its owner answers, what it approves in advance."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from node.commands.library import or_stored
from node.commands.output import (
    Folder,
    Json,
    RequestId,
    opened,
    refresh,
    settle,
    show_json,
    show_lines,
    show_table,
    show_time,
)
from node.commands.reviewing import list_waiting, show_waiting, tell_waiting
from node.language import Phrase, find_language
from operation.told import tell, tell_name
from protocol.errors import Refused

if TYPE_CHECKING:
    from node.organisation import Node
    from node.supplier.endings import Ending
    from node.supplier.inbox import Inquiry
    from protocol.shelf import Item


class Accepted(StrEnum):
    """Questions that a policy may answer with yes; the names of `protocol.disclosure.Question`."""

    FEW_PEERS = "few-peers"
    FEW_LINES = "few-lines"
    DOMINANCE = "dominance"
    FURTHER_TOTAL = "further-total"
    DIFFERENCING = "differencing"


ACCEPT_HELP = "A question that it answers with yes for you, by its name in the inbox; may be repeated."
EntryNumber = Annotated[
    int | None, typer.Option("--entry", help="One entry only. Default: every entry of yours.")
]
policy_app = typer.Typer(
    help="What you approve in advance; without a policy every request waits for you.", no_args_is_help=True
)


def mount(app: typer.Typer) -> None:
    """Add these commands to `sealsum node`."""
    app.add_typer(policy_app, name="policy")
    app.command("inbox")(inbox)
    app.command("consent")(consent)
    app.command("refuse")(refuse)
    app.command("withdraw")(withdraw)


def inbox(
    folder: Folder,
    everything: Annotated[bool, typer.Option("--all", help="Also what is answered or over.")] = False,
    as_json: Json = False,
) -> None:
    """Requests that name your declarations: who asks, for what, and what waits for your answer.

    For an expert also the submissions that wait for its opinion.
    """
    from node.supplier.endings import find_endings
    from node.supplier.inbox import list_inquiries
    from node.supplier.states import CLOSED, WAITING
    from node.supplier.telling import tell_inquiries

    with opened(folder) as node:
        refresh(node)
        found = [one for one in list_inquiries(node) if everything or one.state == WAITING]
        to_review = _list_to_review(node)
        if as_json:
            fields = {} if to_review is None else {"to_review": tell_waiting(node, to_review)}
            show_json({"inbox": tell_inquiries(node, found), **fields})
            return
        if to_review is not None:
            show_waiting(node, to_review)
        endings = find_endings(node, {one.request for one in found if one.state == CLOSED})
        if not (found or to_review):
            typer.echo(tell("Nothing waits for you.") if not everything else tell("Nobody has asked yet."))
        for one in found:
            _show_inquiry(node, one, endings)


def _show_inquiry(node: Node, one: Inquiry, endings: Mapping[str, Ending]) -> None:
    from node.supplier.answers import say_weighed
    from node.supplier.consenting import weigh_inquiry

    show_lines(
        [
            ("request", one.request),
            ("entry", str(one.entry)),
            ("customer", one.customer),
            ("product", one.product),
            ("quantity", _show_quantities(node, one)),
            ("state", _show_state(one, endings)),
            ("asked", show_time(one.created)),
        ]
    )
    for finding in one.findings:
        typer.echo("  " + finding.replace("\n", "\n  "))
    _show_participants(node, one)
    if one.asks:
        typer.echo(tell("  asks: {}", ", ".join(one.asks)))
    for weighed in weigh_inquiry(node, one):
        words = say_weighed(weighed)
        typer.echo(f"  policy {weighed.policy.id}: {words.en}\n  规则 {weighed.policy.id}：{words.zh}")
    typer.echo("")


def _list_to_review(node: Node) -> list[Item] | None:
    """What waits for an expert's opinion; None for who is none."""
    from node.library import fetch_submissions

    if "expert" not in node.identity.entity.entity_roles:
        return None
    or_stored(lambda: fetch_submissions(node))
    return list_waiting(node)


def _show_state(inquiry: Inquiry, endings: Mapping[str, Ending]) -> str:
    ending = endings.get(inquiry.request)
    if ending is None:
        return inquiry.state
    return Phrase("{0}, {1} {2}", "{0}，{2}").here(tell_name(inquiry.state), *ending.words)


def _show_participants(node: Node, inquiry: Inquiry) -> None:
    from node.supplier.participants import find_participants

    language = find_language(None, os.environ)
    for one in find_participants(node, inquiry.request):
        typer.echo(tell("  takes part as well: {}", one.words.say(language)))


def _show_quantities(node: Node, inquiry: Inquiry) -> str:
    from node.supplier.consenting import read_quantities
    from node.supplier.products import list_products as read_products

    units = {product.code: product.declared_unit for product in read_products(node)}
    unit = units.get(inquiry.product, "")
    found = read_quantities(node, inquiry)
    shown = [_IN_ONE.here(amount, unit, model) for model, amount in found.items()]
    return Phrase(", ", "，").here().join(shown) or _UNREADABLE.here()


_IN_ONE, _UNREADABLE = Phrase("{} {} in one {}", "每个 {2} 用 {0} {1}"), Phrase("not readable", "无法读取")


def consent(
    folder: Folder,
    request: RequestId,
    entry: EntryNumber = None,
    answer: Annotated[str, typer.Option(help="What you answered, in your words; it is logged.")] = "approved",
    as_json: Json = False,
) -> None:
    """Take part in a calculation with your entries of it."""
    from node.maker.requesting import resolve_request
    from node.supplier.consenting import approve, open_entries
    from protocol.payloads import Approval

    with opened(folder) as node:
        refresh(node)
        signed = {}
        for inquiry in open_entries(node, resolve_request(node, request), entry):
            approval = Approval(decided_by="person", asked=inquiry.findings, answer=answer)
            signed[inquiry.entry] = approve(node, inquiry, approval)
        for statement in signed.values():
            settle(node, statement)
        if as_json:
            show_json({"consents": {str(number): statement for number, statement in signed.items()}})
        else:
            entries = f"{len(signed)} entries" if len(signed) > 1 else "1 entry"
            typer.echo(
                tell("Consented with {}. The agent (serve) contributes once everyone has answered.", entries)
            )


def refuse(
    folder: Folder,
    request: RequestId,
    reason: Annotated[str, typer.Option(help="Why; the other parties will read it.")],
    entry: EntryNumber = None,
    as_json: Json = False,
) -> None:
    """Do not take part; the calculation ends, and its parties read your reason."""
    from node.maker.requesting import resolve_request
    from node.supplier.consenting import open_entries
    from node.supplier.consenting import refuse as sign_refusal

    with opened(folder) as node:
        refresh(node)
        inquiries = open_entries(node, resolve_request(node, request), entry)
        # One refusal ends the calculation, so the first entry says it for all.
        statement = sign_refusal(node, inquiries[0], reason)
        settle(node, statement)
        if as_json:
            show_json({"refusal": statement})
        else:
            typer.echo(tell("Refused. The coordinator ends this calculation."))


def withdraw(
    folder: Folder,
    request: RequestId,
    reason: Annotated[str, typer.Option(help="Why; the other parties will read it.")],
    as_json: Json = False,
) -> None:
    """Leave a calculation before its result, as a supplier or as the requester; it ends for everyone."""
    from node.maker.requesting import resolve_request
    from node.supplier.consenting import withdraw as sign_withdrawal

    with opened(folder) as node:
        refresh(node)
        statement = sign_withdrawal(node, resolve_request(node, request), reason)
        settle(node, statement)
        if as_json:
            show_json({"withdrawal": statement})
        else:
            typer.echo(tell("Withdrawn. The calculation has ended for all its parties."))


# --- policy ----------------------------------------------------------------------------------------


@policy_app.command("set")
def set_policy(
    folder: Folder,
    customer: Annotated[str, typer.Option(help="The customer's name or legal entity, or * for anyone.")],
    product: Annotated[str, typer.Option(help="A product's code or name, or * for all.")] = "*",
    totals: Annotated[int, typer.Option(min=1, help="How many totals it may approve.")] = 1,
    waiting: Annotated[bool, typer.Option("--waiting", help="For what waits in the inbox as well.")] = False,
    accept: Annotated[list[Accepted] | None, typer.Option(help=ACCEPT_HELP)] = None,
    change: Annotated[
        int | None, typer.Option(help="The number of the policy that this takes the place of.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Approve in advance: the agent consents by itself to this customer, for this product, so many times.

    What waits already still waits for you, unless you say --waiting. Whatever the limits on disclosure say must be
    asked is still asked, unless the policy accepts that question by name.
    """
    from node.supplier.answers import say_still_asks
    from node.supplier.meaning import find_customer, find_meant_product
    from node.supplier.policies import Preapproval, add_policy, change_policy
    from node.supplier.questions import ACCEPT_WORDS
    from node.supplier.repeating import foresee_repeated, weigh_repeated

    accepted = tuple(one.value for one in accept or ())
    with opened(folder) as node:
        customer, product = find_customer(node, customer), find_meant_product(node, product)
        with node.store.write() as connection:
            policy = Preapproval(customer, product, totals, accepted, waiting)
            if change is None:
                number = add_policy(connection, policy, node.clock())
            else:
                number = change
                change_policy(connection, number, policy, node.clock())
        repeated = foresee_repeated(node, customer, product)
        weighed = None if repeated is None else weigh_repeated(node, number, repeated)
        if as_json:
            lacks = [] if weighed is None else list(weighed.lacks)
            show_json({"policy": number, "still_asks": weighed is not None, "lacks": lacks})
        else:
            many = tell("1 total") if totals == 1 else tell("up to {} totals", totals)
            what, whom = (
                (tell_name("any product") if product == "*" else product),
                (tell_name("anyone") if customer == "*" else customer),
            )
            typer.echo(tell("Policy {}: {} of {} for {} without asking you.", number, many, what, whom))
            for one in accepted:
                typer.echo(f"  You accept {ACCEPT_WORDS[one].en}.\n  您接受：{ACCEPT_WORDS[one].zh}。")
            if weighed is not None:
                words = say_still_asks(weighed)
                typer.echo(f"{words.en}\n{words.zh}")


@policy_app.command("show")
def show_policies(folder: Folder, as_json: Json = False) -> None:
    """Show what is approved in advance."""
    from node.supplier.policies import list_policies

    with opened(folder) as node:
        with node.store.read() as connection:
            policies = list_policies(connection)
        if as_json:
            show_json({"policies": [asdict(policy) for policy in policies]})
        elif not policies:
            typer.echo(tell("No policy: every request waits for your answer (sealsum node inbox)."))
        else:
            rows = [
                (str(p.id), p.customer, p.product, str(p.totals), str(p.used), ", ".join(p.accepts))
                for p in policies
            ]
            show_table(
                ("no.", "customer", "product", "totals", "given under it", "accepts"),
                rows,
                right=("totals", "given under it"),
            )


@policy_app.command("remove")
def remove_policy(
    folder: Folder,
    number: Annotated[int, typer.Argument(help="The policy's number, from `policy show`.")],
    as_json: Json = False,
) -> None:
    """Remove a policy; what it approved before stands."""
    from node.supplier.policies import remove_policy as drop_policy

    with opened(folder) as node:
        with node.store.write() as connection:
            was_there = drop_policy(connection, number)
        if not was_there:
            raise Refused("policy", f"there is no policy {number}; see: sealsum node policy show {folder}")
        if as_json:
            show_json({"removed": number})
        else:
            typer.echo(tell("Policy {} is removed.", number))
