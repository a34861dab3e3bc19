package io.landfall.transfer.classad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What expressions evaluate to, operator by operator and function by function.
class ExpressionTest {
  private static final long NOW = 1_795_521_600;

  static String value(String expression, String my, String target) throws ClassAdException {
    return new Evaluation(ClassAd.parse(my), ClassAd.parse(target), NOW)
        .value(Expression.parse(expression))
        .toString();
  }

  private static String value(String expression) throws ClassAdException {
    return value(expression, "", "");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          1 + 2 * 3; 7
          (1 + 2) * 3; 9
          7 / 2; 3
          7 / 2.0; 3.5
          -7 % 4; -3
          1 / 0; error
          1 % 0; error
          1.5e3; 1500.0
          .5 + 1; 1.5
          0x1F; 31
          true + 1; 2
          -true; -1
          1 + "a"; error
          1 + undefined; undefined
          undefined + error; error
          6 & 3 | 8 ^ 1; 11
          1 << 4 >> 2; 4
          -1 >>> 60; 15
          ~0; -1
          !true; false
          !undefined; undefined
          !"x"; error
          !0; true
          - 3; -3
          1 < 2; true
          2 <= 2.0; true
          "a" < "B"; true
          "ABC" == "abc"; true
          "ABC" != "abc"; false
          "ABC" =?= "abc"; false
          "a" == 1; error
          true == 1; true
          1 =?= 1.0; false
          1 =?= 1; true
          undefined == undefined; undefined
          undefined =?= undefined; true
          undefined =!= 1; true
          error =?= error; true
          error == 1; error
          undefined is undefined; true
          1 isnt 2; true
          true && false; false
          true && undefined; undefined
          false && undefined; false
          undefined && false; false
          undefined && true; undefined
          undefined && error; error
          false && error; false
          error && false; error
          1 && 2; true
          "x" && true; error
          true || error; true
          undefined || true; true
          undefined || false; undefined
          false || undefined; undefined
          false || error; error
          true ? 1 : 2; 1
          0 ? 1 : 2; 2
          undefined ? 1 : 2; undefined
          "x" ? 1 : 2; error
          undefined ?: 5; 5
          4 ?: 5; 4
          true ? false ? 1 : 2 : 3; 2
          {1, "a"}[1]; "a"
          {1}[1]; error
          {}; {  }
          NoSuch; undefined
          MY.NoSuch; undefined
          """)
  void operators(String expression, String expected) throws ClassAdException {
    assertThat(value(expression)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      textBlock =
          """
          ifThenElse(true, 1, 1/0); 1
          ifThenElse(undefined, 1, 2); undefined
          ifThenElse("x", 1, 2); error
          isUndefined(NoSuch); true
          ISUNDEFINED(3); false
          isError(1/0); true
          isString("x") && isInteger(1) && isReal(1.0) && isBoolean(false) && isList({}); true
          strcat("a", 1, true, 2.5); "a1true2.5"
          strcat("a", undefined); undefined
          size("four"); 4
          size({1,2}); 2
          size(4); error
          toUpper("aBc"); "ABC"
          tolower("aBc"); "abc"
          substr("abcdef", 2); "cdef"
          substr("abcdef", -2); "ef"
          substr("abcdef", 1, 2); "bc"
          substr("abcdef", 1, -2); "bcd"
          substr("abc", 9); ""
          substr("abc", "x"); error
          strcmp("a", "b"); -1
          stricmp("A", "a"); 0
          regexp("^a.*z$", "abcz"); true
          regexp("B", "abc"); false
          regexp("B", "abc", "i"); true
          regexp("(", "abc"); error
          regexp("^(a|aa)*\\1c", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"); error
          stringListMember("b", "a, b,c"); true
          stringListMember("B", "a, b,c"); false
          stringListIMember("B", "a b c"); true
          stringListMember("b c", "a|b c", "|"); true
          stringListSize("a, b,,c"); 3
          stringListsIntersect("a,b", "x b"); true
          stringListSum("1,2,3"); 6
          stringListSum("1,2.5"); 3.5
          stringListAvg("1,2"); 1.5
          stringListMin("3,1,2"); 1
          stringListMax("3,1,2"); 3
          stringListMax(""); undefined
          split("a b, c"); { "a", "b", "c" }
          join("-", {1, 2}); "1-2"
          join(",", "a", "b"); "a,b"
          member(2, {1, 2}); true
          member("A", {"a"}); true
          identicalMember("A", {"a"}); false
          member(1, "x"); error
          int(3.9); 3
          int(-3.9); -3
          int("42"); 42
          int("4x"); error
          int(true); 1
          real("2.5"); 2.5
          real(2); 2.0
          floor(2.7); 2
          ceiling(2.1); 3
          round(2.5); 2
          int(1.0e300); error
          string(12); "12"
          bool("TRUE"); true
          bool(0); false
          pow(2, 10); 1024
          pow(2, -1); 0.5
          quantize(130, 100); 200
          quantize(3, {2, 4, 8}); 4
          quantize(9, {2, 4}); 12
          quantize(1, 0); error
          time(); 1795521600
          noSuchFunction(1); error
          time(1); error
          """)
  void functions(String expression, String expected) throws ClassAdException {
    assertThat(value(expression)).isEqualTo(expected);
  }

  @Test
  void attributesAreLookedUpAtHomeFirstAndEvaluatedWhereTheyAreFound() throws ClassAdException {
    String my = "A = 1\nB = A + 1\nBoth = \"mine\"\nAsk = TARGET.Answer";
    String target = "A = 10\nC = MY.A + 1\nD = TARGET.A\nBoth = \"theirs\"\nAnswer = MY.A";
    assertThat(value("b", my, target)).isEqualTo("2");
    assertThat(value("c", my, target)).isEqualTo("11");
    assertThat(value("D", my, target)).isEqualTo("1");
    assertThat(value("Both", my, target)).isEqualTo("\"mine\"");
    assertThat(value("target.both", my, target)).isEqualTo("\"theirs\"");
    assertThat(value("Ask", my, target)).isEqualTo("10");
    assertThat(value("TARGET.B", my, target)).isEqualTo("undefined");
  }

  @Test
  void cyclesAndEndlessWorkAreErrors() throws ClassAdException {
    assertThat(value("A", "A = B\nB = A", "")).isEqualTo("error");
    assertThat(value("A", "A = TARGET.A", "A = TARGET.A")).isEqualTo("error");
    StringBuilder doubling = new StringBuilder("A40 = 1\n");
    for (int i = 0; i < 40; i++) {
      doubling.append("A%d = A%d + A%d\n".formatted(i, i + 1, i + 1));
    }
    assertThat(value("A0", doubling.toString(), "")).isEqualTo("error");
    String growing = doubling.toString().replace(" + ", ", ").replaceAll("= (A.*)", "= strcat($1)");
    assertThat(value("A0", growing.replace("A40 = 1", "A40 = \"0123456789\""), ""))
        .isEqualTo("error");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          '1 +'; found the end, expected a value
          '(1'; found the end, expected )
          '1 2'; found 2, expected an operator
          '"abc'; a string without its closing quotation mark
          '1x'; not a number: 1x
          '99999999999999999999'; not a number
          'OTHER.x'; unknown scope OTHER
          'MY.'; expected an attribute name behind MY.
          'f(1,'; expected a value
          '{1'; expected }
          'a ? b'; expected :
          '@'; unexpected character @
          ''; found the end, expected a value
          """)
  void whatIsNoExpressionIsRefusedWithItsPlace(String text, String why) {
    assertThatThrownBy(() -> Expression.parse(text))
        .isInstanceOf(ClassAdException.class)
        .hasMessageContaining(why);
  }

  @Test
  void sizeAndNestingAreBounded() throws ClassAdException {
    assertThatThrownBy(() -> Expression.parse("(".repeat(101) + "1" + ")".repeat(101)))
        .hasMessageContaining("nested deeper than 100");
    assertThatThrownBy(() -> Expression.parse("-".repeat(5000) + "1"))
        .hasMessageContaining("nested deeper than 100");
    assertThatThrownBy(() -> Expression.parse("1" + "+1".repeat(600)))
        .hasMessageContaining("more than 500 operators upon each other");
    assertThatThrownBy(() -> Expression.parse("a" + "[1]".repeat(600)))
        .hasMessageContaining("more than 500 operators upon each other");
    assertThatThrownBy(() -> Expression.parse("{" + "1,".repeat(60_000) + "1}"))
        .hasMessageContaining("more than 50000 parts");
    assertThatThrownBy(() -> Expression.parse(" ".repeat(1 << 19)))
        .hasMessageContaining("longer than");
    assertThat(value("(".repeat(99) + "1" + ")".repeat(99))).isEqualTo("1");
    assertThat(value("0" + "+1".repeat(400))).isEqualTo("400");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      textBlock =
          """
          "a \\"quoted\\" word" ; "a \\"quoted\\" word"
          "C:\\dir\\file" ; "C:\\dir\\file"
          "C:\\dir\\" ; "C:\\dir\\"
          """)
  void backslashesAreThemselvesButBeforeAQuotationMark(String text, String printed)
      throws ClassAdException {
    assertThat(value(text)).isEqualTo(printed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          (MY.a + 1) * -b[2] >= TARGET.c && !(d || e)
          a ? b : c ? d : e
          a ?: { 1, 2.5, "x" }
          f(x, g()) =?= undefined
          1 - 2 - 3
          """)
  void printsWhatReadsBackTheSame(String text) throws ClassAdException {
    Expression parsed = Expression.parse(text);
    assertThat(parsed.toString()).isEqualTo(text);
    assertThat(Expression.parse(parsed.toString())).isEqualTo(parsed);
  }

  @Test
  void theTypesOfValuesAreKnown() throws ClassAdException {
    ClassAd ad = ClassAd.parse("S = \"x\"\nN = 1 + 1\nR = 1.0\n");
    assertThat(ad.text("s")).contains("x");
    assertThat(ad.text("N")).isEmpty();
    assertThat(ad.integer("N")).contains(2L);
    assertThat(ad.integer("R")).isEmpty();
  }
}
