package io.landfall.transfer.condor.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.transfer.classad.ClassAd;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdReaderTest {
  @Test
  void adsFollowOneAnotherWithAndWithoutSeparators() throws IOException {
    List<PluginFile> files =
        PluginFile.parse(
            """
            [ Url = "landfall://a/b/c"; LocalFileName = "/scratch/c" ][URL="landfall://a/b/d";
              localfilename = "/scratch/d";]
            [ Url = "landfall://a/b/e"; DownloadFileName = "/scratch/e" ]
            """);
    assertThat(files)
        .containsExactly(
            new PluginFile("landfall://a/b/c", "/scratch/c"),
            new PluginFile("landfall://a/b/d", "/scratch/d"),
            new PluginFile("landfall://a/b/e", "/scratch/e"));
  }

  @Test
  void whateverElseAnAdSaysIsPassedOver() throws IOException {
    List<PluginFile> files =
        PluginFile.parse(
            """
            [ Protocol = "landfall"; PluginData = [ a = { 1, "x;]", [ b = 'q]' ] }; c = (1 + 2) ] ]
            // a comment ]
            [ 'odd name' = Foo["k"] ?: -1.5E3; /* ; */ Url = "u"; When = time() - 1;
              LocalFileName = "f" ]
            """);
    assertThat(files).containsExactly(new PluginFile("u", "f"));
  }

  @Test
  void escapesAreOfTheNewSyntax() throws IOException {
    assertThat(
            PluginFile.parse(
                "[ Url = \"a\\\"b\\\\\"; LocalFileName = \"t\\tn\\n\\101\\0618\\'\\/\" ]"))
        .containsExactly(new PluginFile("a\"b\\", "t\tn\nA18'/"));
  }

  @Test
  void whatIsWrittenReadsBack() throws IOException {
    String nasty = "a\"b\\ \n\r\t\u0001\u00e4; ]";
    ClassAd ad = ClassAd.builder().set("Url", nasty).set("LocalFileName", "\\").build();
    ClassAd inner = ClassAd.builder().set("ErrorString", nasty).set("Retryable", -1).build();
    assertThat(PluginFile.parse(AdWriter.ad(ad) + AdWriter.ad(ad, "TransferErrorData", inner)))
        .containsExactly(new PluginFile(nasty, "\\"), new PluginFile(nasty, "\\"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``| names no file",
        "[ Protocol = 2 ]| names no file",
        "[ Url = \"u\" ]| LocalFileName is missing in ad 1",
        "[ Url = \"u\"; LocalFileName = 1 + 2 ]| LocalFileName is no string in ad 1",
        "[ Url = \"u\"; LocalFileName = \"\" ]| LocalFileName is empty in ad 1",
        "[ Url = \"u\" + \"v\"; LocalFileName = \"f\" ]| Url is no string in ad 1",
        "[ Url = \"u\"; LocalFileName = \"f\"| an ad without its closing ], at character 32",
        "[ Url = \"u; LocalFileName = ]| a string without its closing \", at character 8",
        "Url = \"u\"| expected [, found 'U', at character 0",
        "[ a = {1, 2]; ]| ']' closes nothing",
        "[ a b ]| expected =, found 'b'",
        "[ + ]| expected the name of an attribute, found '+'",
        "[ /* ]| a comment without its closing */"
      })
  void whatIsNoRequestIsRefusedInOneSentence(String text, String sentence) {
    assertThatThrownBy(() -> PluginFile.parse(text))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void whatIsBeyondABoundIsRefused() {
    String deep = "[ a = " + "(".repeat(AdReader.MAX_DEPTH + 1);
    assertThatThrownBy(() -> PluginFile.parse(deep)).hasMessageContaining("nested deeper than 100");
    String many = "[]".repeat(AdReader.MAX_ADS + 1);
    assertThatThrownBy(() -> PluginFile.parse(many)).hasMessageContaining("more than 100000 ads");
    StringBuilder wide = new StringBuilder("[");
    for (int i = 0; i <= AdReader.MAX_ATTRIBUTES; i++) {
      wide.append('a').append(i).append("=1;");
    }
    assertThatThrownBy(() -> PluginFile.parse(wide.toString()))
        .hasMessageContaining("more than 10000 attributes");
  }
}
