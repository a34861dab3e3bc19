package io.landfall.transfer.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The language that submit files and configuration files share.
class LanguageTest {
  private static final Path FILE = Path.of("/d/file");

  private final Problems problems = new Problems();
  private final MacroTable macros = new MacroTable();
  private final Expander expander =
      new Expander(
          macros, new MacroEnvironment(Map.of("HOME", "/home/u"), Path.of("/cwd"), 1), problems);

  private LanguageTest read(String text) {
    return read(new MemoryFiles().with(FILE.toString(), text));
  }

  private LanguageTest read(MemoryFiles files) {
    new DescriptionReader(macros, expander, files, problems, (s, rest, included) -> false)
        .read(FILE);
    return this;
  }

  private String value(String name) {
    return macros.use(name).map(expander::expand).map(SourceSpan::text).orElse(null);
  }

  private List<String> problems() {
    return problems.inOrder().stream().map(Problem::toString).toList();
  }

  @Test
  void commentsBlankLinesAndContinuations() {
    read(
        """
        # a comment that ends in a backslash does not continue \\
        A = one # two

           B   =   three \\
               four\\
          \t five
        C = x \\
        # skipped, since it continues \\
        y
        D = \\
        """);
    assertThat(value("a")).isEqualTo("one # two");
    assertThat(value("b")).isEqualTo("three fourfive");
    assertThat(value("c")).isEqualTo("x y");
    assertThat(value("d")).isEmpty();
    assertThat(problems()).isEmpty();
  }

  @Test
  void aCommentThatEndsAContinuedStatementIsReported() {
    read("A = x \\\n  # ends it\nB = 1\n");
    assertThat(value("A")).isEqualTo("x");
    assertThat(value("B")).isEqualTo("1");
    assertThat(problems()).singleElement().asString().startsWith("/d/file:2:3: warning");
  }

  @Test
  void macrosAreReplacedLateWithoutRegardToCase() {
    read(
        """
        A = $(b)-$(C:none)-$(D:$(B))-$(E)
        B = 1
        B = 2
        F = $(A$(Which)A)
        Which = A
        AAA = found
        G = $(DOLLAR)(B) $$(Memory) $$([ TARGET.x + 1 ]) $$(DOLLARDOLLAR) $5 $
        """);
    assertThat(value("A")).isEqualTo("2-none-2-");
    assertThat(value("F")).isEqualTo("found");
    assertThat(value("G")).isEqualTo("$(B) $$(Memory) $$([ TARGET.x + 1 ]) $$ $5 $");
  }

  @Test
  void aValueMayGrowByItself() {
    read("A = 1\nA = $(a) 2\nA = $(A) $(B)\nB = 3\nNEW = $(NEW) x\nOTHER = $(OTHER:std) y\n");
    assertThat(value("A")).isEqualTo("1 2 3");
    assertThat(value("NEW")).isEqualTo("x");
    assertThat(value("OTHER")).isEqualTo("std y");
  }

  @Test
  void mutualReferenceIsReportedNotFollowed() {
    read("B = $(C)\nC = $(B) x\nA = $(B)\n");
    assertThat(value("A")).isEmpty();
    assertThat(problems())
        .singleElement()
        .asString()
        .startsWith("/d/file:3:5: error [S24]: macro B leads back to itself");
  }

  @Test
  void macrosThatDoubleEachOtherEndInAnError() {
    String bomb =
        IntStream.range(0, 60)
            .mapToObj(i -> "A" + i + " = $(A" + (i + 1) + ")$(A" + (i + 1) + ")\n")
            .collect(Collectors.joining());
    read(bomb + "A60 =\n");
    assertThat(value("A0")).isEmpty();
    assertThat(problems().getFirst()).contains("more than 10000 macro replacements");
    read("Z = 0123456789\n" + bomb.replace("$(A60)", "$(Z)$(Z)$(Z)$(Z)"));
    assertThat(value("A40")).isEmpty();
  }

  @Test
  void deepNestingEndsInAnErrorWhateverItIsMadeOf() {
    for (String step : new String[] {"$(A:", "$ENV(A:", "$BASENAME(", "$(A$("}) {
      for (int times : new int[] {100, 20_000}) {
        read("N = " + step.repeat(times) + ")".repeat(2 * times) + "\n");
        assertThat(value("N")).as(step).isEmpty();
      }
    }
    assertThat(problems())
        .allSatisfy(p -> assertThat(p).containsAnyOf("nested deeper than 64", "replacements"));
    assertThat(problems()).hasSize(2);
    read("N = $(A:$(A:x))\n");
    assertThat(value("N")).isEqualTo("x");
  }

  @Test
  void manyOpenParenthesesCostLittle() {
    read("N = " + "$(".repeat(400_000) + "\nN = $(N) x\n");
    assertThat(value("N")).isEmpty();
    assertThat(problems()).singleElement().asString().contains("replacements");
  }

  @Test
  void aValueThatGrowsForEverIsRefused() {
    read("A = 0123456789abcdef\n" + "A = $(A)$(A)\n".repeat(20));
    assertThat(problems().getFirst()).contains("error [S24]: A grows beyond 1048576 characters");
  }

  @Test
  void aByteOrderMarkIsNoPartOfTheText() {
    read("\uFEFFA = 1\r\nB = 2 \\\r\n 3\r\n");
    assertThat(value("A")).isEqualTo("1");
    assertThat(value("B")).isEqualTo("2 3");
    assertThat(problems()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "true, yes",
    "FALSE, no",
    "1, yes",
    "0.0, no",
    "!yes, no",
    "!!1, yes",
    "'', no",
    "defined A, yes",
    "defined Z, no",
    "! defined Z, yes",
    "defined, no",
    "$(A), yes",
    "$(Z), no",
    "version >= 8.1, yes",
    "version < 8, no",
    "version == 8.6.13, yes",
    "version != 8.6.13, no",
    "defined EMPTY, no"
  })
  void conditions(String condition, String expected) {
    read("A = true\nEMPTY =\nif " + condition + "\nR = yes\nelse\nR = no\nendif\n");
    assertThat(problems()).isEmpty();
    assertThat(value("R")).isEqualTo(expected);
  }

  @Test
  void branchesNest() {
    read(
        """
        if false
          : A = 1
          if true
            A = 2
          else
            A = 3
          endif
        elif 1
          : A = 4
          if no
          elif yes
            B = 5
          else
            B = 6
          endif
        elif true
          A = 7
        else
          A = 8
        endif
        """);
    assertThat(problems()).isEmpty();
    assertThat(value("A")).isEqualTo("4");
    assertThat(value("B")).isEqualTo("5");
  }

  @Test
  void branchesThatDoNotFitAreReportedWhereTheyAre() {
    read("endif\nif true\nif a && b\nendif\nelse\nelif true\n");
    assertThat(problems())
        .satisfiesExactly(
            p -> assertThat(p).startsWith("/d/file:1:1: error [S24]: endif without if"),
            p -> assertThat(p).startsWith("/d/file:2:1: error [S24]: if without endif"),
            p -> assertThat(p).startsWith("/d/file:3:4: error [S24]: not a condition: a && b"),
            p -> assertThat(p).startsWith("/d/file:6:1: error [S24]: elif behind else"));
  }

  @Test
  void ifsNestSixtyThreeDeep() {
    read("if true\n".repeat(63) + "A = 1\n" + "endif\n".repeat(63));
    assertThat(problems()).isEmpty();
    assertThat(value("A")).isEqualTo("1");
    read("if true\n".repeat(70) + "endif\n".repeat(70));
    assertThat(problems()).singleElement().asString().contains(":64:1: error [S24]: if nested");
  }

  @Test
  void filesAreIncludedBesideTheOneThatNamesThem() {
    read(
        new MemoryFiles()
            .with("/d/file", "include : sub/more\n@include : $(Name)\ninclude ifexist : none\n")
            .with("/d/sub/more", "A = 1\nName = other\ninclude : deeper")
            .with("/d/sub/deeper", "B = 2")
            .with("/d/other", "C = 3"));
    assertThat(problems()).isEmpty();
    assertThat(List.of(value("A"), value("B"), value("C"))).containsExactly("1", "2", "3");
  }

  @Test
  void includeHasBounds() {
    read(new MemoryFiles().with("/d/file", "include : file"));
    assertThat(problems()).singleElement().asString().contains("too many includes");
  }

  @Test
  void whatIsRefusedInAnIncludeSaysWhy() {
    read("include command : ls\ninclude : ls |\ninclude : none\ninclude :\nuse role : execute\n");
    assertThat(problems())
        .satisfiesExactly(
            p -> assertThat(p).contains("1:1: error [S24]: include command is refused"),
            p -> assertThat(p).contains("2:1: error [S24]: include command is refused"),
            p -> assertThat(p).contains("3:11: error [S24]: cannot read /d/none: no such file"),
            p -> assertThat(p).contains("4:1: error [S24]: include without a file name"),
            p -> assertThat(p).contains("5:1: error [S24]: use role : execute"));
  }

  @Test
  void errorStopsAndWarningGoesOn() {
    read("A = 1\nwarning : careful, $(A)\nerror : enough of $(A)\nA = 2\nnonsense\n");
    assertThat(value("A")).isEqualTo("1");
    assertThat(problems())
        .containsExactly("/d/file:2:1: warning: careful, 1", "/d/file:3:1: error: enough of 1");
  }

  @Test
  void namesThatAreAlsoStatementsMayBeAssigned() {
    read("error = e.txt\nif = 1\nuse = 2\ninclude=3\n");
    assertThat(problems()).isEmpty();
    assertThat(List.of(value("error"), value("if"), value("use"), value("include")))
        .containsExactly("e.txt", "1", "2", "3");
  }

  @Test
  void valuesOverSeveralLines() {
    read("A @=end\n one\n # two\n@end\nB = 1\n");
    assertThat(value("A")).isEqualTo(" one\n # two");
    assertThat(value("B")).isEqualTo("1");
    read("C @=never\n1\n");
    assertThat(problems()).singleElement().asString().contains("no line @never ends this value");
  }

  @Test
  void macroFunctions() {
    read(
        """
        P = /a/b.c/name.tar.gz
        LIST = x, y, z
        E = $ENV(HOME) $ENV(NONE) $ENV(NONE:$(K))
        K = d
        B = $BASENAME(P) $BASENAME(P,.gz) $DIRNAME(P)
        C = $CHOICE(1,LIST) $CHOICE(0,p,q)
        S = $SUBSTR(P,3) $SUBSTR(P,-2) $SUBSTR(P,1,1) $SUBSTR(P,0,-3)
        I = $INT(N) $INT(N,%05d) $INT(7/2) $INT(2.9) $REAL(N) $REAL(N,%.1f) $INT(Q,%d)
        N = 6 * 7
        Q = "x" == "X"
        V = $EVAL(strcat("a", 5)) $STRING(N) $STRING(P,%.4s) $STRING("quoted")
        F = $Fn(P) $Fx(P) $Fnx(P) $Fp(P) $Fpb(P) $Fd(P) $Fdd(P) $Fbx(P) $Fq(K) $Fqa(K) $Fw(P) $F(K)
        G = $Ff(K) $Fnx(plain) $Fp(plain) $Fnx(/x/.hidden)
        R = $RANDOM_CHOICE(7,7) $RANDOM_INTEGER(3,3) $RANDOM_INTEGER(5,6,5)
        """);
    assertThat(value("E")).isEqualTo("/home/u UNDEFINED d");
    assertThat(value("B")).isEqualTo("name.tar.gz name.tar /a/b.c");
    assertThat(value("C")).isEqualTo("y p");
    assertThat(value("S")).isEqualTo("b.c/name.tar.gz gz a /a/b.c/name.tar");
    assertThat(value("R")).isEqualTo("7 3 5");
    assertThat(value("I")).isEqualTo("42 00042 3 2 42.000000 42.0 1");
    assertThat(value("V")).isEqualTo("a5 42 /a/b quoted");
    assertThat(value("F"))
        .isEqualTo(
            "name.tar .gz name.tar.gz /a/b.c/ /a/b.c b.c/ a/b.c/ gz \"d\" 'd' \\a\\b.c\\name.tar.gz"
                + " d");
    assertThat(value("G")).isEqualTo("/cwd/d plain  .hidden");
    assertThat(problems()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'$CHOICE(9,a,b)', index 9",
    "'$RANDOM_INTEGER(3,1)', min <= max",
    "'$RANDOM_INTEGER(a,1)', needs an integer",
    "'$INT(x y)', cannot evaluate",
    "'$INT(abc)', needs a number",
    "'$INT(1,%s)', cannot print with %s",
    "'$REAL(1,%n%f)', cannot print",
    "'$EVAL(1/0)', cannot evaluate",
    "'$SUBSTR(P)', takes 2 to 3 arguments"
  })
  void macroFunctionsRefuseWhatTheyCannotDo(String call, String why) {
    read("A = " + call + "\n");
    assertThat(value("A")).isEmpty();
    assertThat(problems()).singleElement().asString().contains(why);
  }

  @Test
  void unknownFunctionsStayAsTheyAre() {
    read("A = $NoSuch(x) $env(HOME) $(not a name) $(\n");
    assertThat(value("A")).isEqualTo("$NoSuch(x) $env(HOME) $(not a name) $(");
  }

  @Test
  void linesThatAreNothingNameTheNearestStatement() {
    read("endfi\nvm_disk is x\na-b = 3\n");
    assertThat(problems())
        .satisfiesExactly(
            p -> assertThat(p).contains("1:1: error [S24]").contains("did you mean endif?"),
            p -> assertThat(p).contains("2:1: error [S24]: neither an assignment"),
            p -> assertThat(p).contains("3:1: error [S24]").contains("a name has letters"));
  }

  @Test
  void aStatementOfTooManyCharactersIsRefusedWhole() {
    String half = "a".repeat(LineCursor.MAX_LINE_CHARS / 2 + 1);
    read("\\\n\nA = " + half + half + "\nB = " + half + "\\\n" + half + "\\\nend\nC = 1\n");
    assertThat(problems())
        .satisfiesExactly(
            p -> assertThat(p).startsWith("/d/file:3:1: error [S24]: statement longer than"),
            p -> assertThat(p).startsWith("/d/file:4:1: error [S24]: statement longer than"));
    assertThat(value("C")).isEqualTo("1");
    assertThat(macros.isDefined("A") || macros.isDefined("B")).isFalse();
  }

  @Test
  void binaryFilesAreRefused() {
    read("A = \0\n");
    assertThat(problems()).singleElement().asString().contains("not a text file");
  }
}
