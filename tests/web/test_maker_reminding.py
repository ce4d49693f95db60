"""A supplier that was reminded: the page of the calculation says when, once whoever sent the text has noted it."""

from __future__ import annotations

from node.maker.reminding import find_reminded, note_reminded
from operation.moments import tell_day
from tests.node.village import Village, ask
from tests.web.asking import asking
from tests.web.making import open_workshop
from tests.web.test_entering import token_of


def test_when_a_supplier_was_last_reminded_is_noted_and_shown(village: Village) -> None:
    with open_workshop(village, policy=False) as workshop:
        request = ask(workshop.maker)
        village.step()
        path, clock = f"/calculations/{request}", village.town.clock
        note_reminded(workshop.maker, request, [0, 1])
        early = tell_day(clock(), "zh")
        clock.now += 2 * 86_400
        with asking(workshop.pages, "zh") as client:
            page = client.get(path).text
            assert page.count(f"上次催办：{early}") == 2 and page.count("再次催办") == 2
            letter = client.get(f"{path}/remind/1")
            assert f'action="{path}/remind/1"' in letter.text and "已发出，记下今天催办过" in letter.text
            # A text that is only looked at reminds nobody.
            assert tell_day(find_reminded(workshop.maker, request)[1], "zh") == early
            page = client.post(
                f"{path}/remind/1", data={"csrf": token_of(letter)}, follow_redirects=True
            ).text
            day = tell_day(clock(), "zh")
            assert "已记下催办日期。" in page
            assert page.count(f"上次催办：{early}") == 1 and page.count(f"上次催办：{day}") == 1
            form = {"csrf": token_of(client.get(f"{path}/letters"))}
            page = client.post(f"{path}/letters", data=form, follow_redirects=True).text
            assert page.count(f"上次催办：{day}") == 4 and early not in page
            assert client.post(f"{path}/remind/9", data=form).status_code >= 400
