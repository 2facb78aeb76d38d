"""What services wrote, said in the reader's language."""

from django.utils import translation

from accounts.admin.stored_texts import stored_text


class TestStoredText:
    def test_is_said_in_the_language_of_the_reader_with_what_stands_in_it(self) -> None:
        with translation.override("zh-hans"):
            assert stored_text("first drawdown") == "首次放款"
            assert stored_text("liquidation orders of 2008-01-31") == "2008-01-31 的平仓委托"
            assert stored_text("the mark of XNYS:IBM is on hold: no_consensus") == (
                "XNYS:IBM 的盯市价冻结：各来源不一致"  # noqa: RUF001
            )

    def test_stays_as_it_was_where_a_person_wrote_it(self) -> None:
        with translation.override("zh-hans"):
            assert stored_text("she called and said so") == "she called and said so"
            assert stored_text("disputed: I was never told") == "争议：I was never told"  # noqa: RUF001

    def test_is_english_as_it_was_stored(self) -> None:
        with translation.override("en"):
            assert stored_text("coverage 138.83 %") == "coverage 138.83 %"
