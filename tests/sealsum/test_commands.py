"""Every word after `sealsum` leads to a command that can say what it does."""

import pytest

from sealsum.main import PARTS, main


@pytest.mark.parametrize("word", PARTS)
def test_every_part_loads_and_shows_its_help(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([word, "--help"])
    assert caught.value.code == 0
    assert f"sealsum {word}" in capsys.readouterr().out


def test_help_names_every_part(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    shown = capsys.readouterr().out
    assert all(f"  {word} " in shown for word in PARTS)


@pytest.mark.parametrize("words", [[], ["nonsense"]])
def test_no_command_or_an_unknown_one_is_wrong_usage(words: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
