package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.protocol.error.ProtocolException;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.net.PeerIdentity;
import io.landfall.transfer.net.PeerIdentity.Proof;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AuthorisationTest {
  private static final PeerIdentity LOCAL = new PeerIdentity(Proof.LOCAL_KEY, "x");
  private static final PeerIdentity HOST = new PeerIdentity(Proof.HOST_CERTIFICATE, "submit1");
  private static final PeerIdentity MEMBER = new PeerIdentity(Proof.POOL_KEY, "submit1");
  private static final PeerIdentity ANN = new PeerIdentity(Proof.USER_CERTIFICATE, "ann");

  private final Authorisation open = new Authorisation(List.of());
  private final Authorisation strict = new Authorisation(List.of("submit1"));

  private static void allowed(Authorisation by, PeerIdentity who, Request<?> request) {
    assertThatCode(() -> by.require(who, request)).doesNotThrowAnyException();
  }

  private static void refused(
      Authorisation by, PeerIdentity who, Request<?> request, String sentence) {
    assertThatThrownBy(() -> by.require(who, request))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(sentence);
  }

  private static Request.Submit submit(String owner) {
    return new Request.Submit("/x.sub", "/", owner, Map.of());
  }

  @Test
  void hostsRunMachinesAndUsersDoNot() {
    allowed(open, HOST, new Request.Save("ann/1.0@s"));
    allowed(open, MEMBER, new Request.Kill("ann/1.0@s"));
    allowed(open, LOCAL, new Request.Start("ann/1.0@s"));
    refused(open, ANN, new Request.Kill("ann/1.0@s"), "may not run machines here");
  }

  @Test
  void onlyNamedSubmitHostsRunMachinesIfAnyIsNamedAndANameThatIsNotProvedIsNone() {
    allowed(strict, HOST, new Request.Attach("ann/1.0@s"));
    allowed(strict, LOCAL, new Request.Attach("ann/1.0@s"));
    refused(strict, MEMBER, new Request.Attach("ann/1.0@s"), "LANDFALL_SUBMIT_HOSTS");
    refused(
        strict,
        new PeerIdentity(Proof.HOST_CERTIFICATE, "submit2"),
        new Request.Attach("ann/1.0@s"),
        "host submit2 may not");
  }

  @Test
  void userCommandsOwnJobsAndNoOthers() {
    allowed(open, ANN, submit("ann"));
    allowed(open, ANN, new Request.ListJobs(false, ""));
    allowed(open, ANN, new Request.Evict("ann/1.0@s"));
    refused(open, ANN, submit("bob"), "user ann may not act for bob");
    refused(open, ANN, new Request.Evict("bob/1.0@s"), "may not act for bob");
    refused(open, ANN, new Request.Remove("1.0"), "named in full");
    allowed(open, LOCAL, new Request.Remove("1.0"));
  }

  @Test
  void executeHostsDoNotCommandJobs() {
    refused(open, HOST, submit("ann"), "may not command jobs");
    refused(open, MEMBER, new Request.Evict("ann/1.0@s"), "may not command jobs");
  }
}
