package io.landfall.transfer.swarm;

import io.landfall.protocol.content.ImageId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Who has which piece of which image, and who fetches which next from whom: kept by the submit
/// host. Each piece leaves the submit host once, in random order; from then on hosts have it from
/// each other, the rarest first.
///
/// Any thread. What hosts claim to have is believed, since who pulls it verifies it; whom a host
/// has caught lying or stalling, it is not sent to again.
public final class Tracker {
  /// Images that are tracked at once; of more, the one that was joined longest ago is forgotten,
  /// and its landings go on from the submit host.
  private static final int MAX_IMAGES = 64;

  /// How long a question waits for something to fetch.
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /// After so long, what the submit host sends to one host may be sent to another too.
  private static final Duration SENT_WITHIN = Duration.ofSeconds(30);

  private final int uploadSlots;
  private final Random random = new Random();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<ImageId, Map<String, Member>> images = new LinkedHashMap<>(); // by lock

  /// What to fetch.
  ///
  /// @param index of the piece; negative if there is nothing to fetch just now
  /// @param source address of the host that has it; empty for the submit host
  /// @param export its name there
  /// @param over nothing will come any more
  public record Piece(int index, String source, String export, boolean over) {
    static final Piece NONE = new Piece(-1, "", "", false);
    static final Piece OVER = new Piece(-1, "", "", true);
  }

  /// @param uploadSlots pieces that one host sends at once
  public Tracker(int uploadSlots) {
    this.uploadSlots = uploadSlots;
  }

  /// @param source address; empty for the submit host
  /// @param since by the clock of nanoseconds
  private record Fetch(String source, long since) {
    boolean fromHereNow() {
      return source.isEmpty() && System.nanoTime() - since < SENT_WITHIN.toNanos();
    }
  }

  /// A host that lands the image or has it; all fields guarded by lock.
  private static final class Member {
    final String owner;
    final byte[] key;
    final BitSet wants;
    final BitSet has = new BitSet();
    final Map<Integer, Fetch> underWay = new HashMap<>(); // by piece
    final Set<String> avoided = new HashSet<>();

    Member(String owner, byte[] key, BitSet wants) {
      this.owner = owner;
      this.key = key;
      this.wants = wants;
    }

    BitSet open() {
      BitSet open = (BitSet) wants.clone();
      underWay.keySet().forEach(open::clear);
      return open;
    }
  }

  /// Takes a host in, or anew.
  ///
  /// @param host its address
  /// @param owner how it is known to other hosts
  /// @param key of the tickets for what it has
  /// @param wants the pieces that it lacks
  /// @param has the pieces that it has
  public void join(String host, String owner, ImageId image, byte[] key, BitSet wants, BitSet has) {
    lock.lock();
    try {
      if (!images.containsKey(image) && images.size() >= MAX_IMAGES) {
        images.remove(images.keySet().iterator().next());
      }
      Member member = new Member(owner, key.clone(), (BitSet) wants.clone());
      member.has.or(has);
      images.computeIfAbsent(image, _ -> new HashMap<>()).put(host, member);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Forgets a host whose link is lost; what it was fetching, others fetch.
  public void leave(String host) {
    lock.lock();
    try {
      images.values().forEach(members -> members.remove(host));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// What a host is to fetch next; waits a second for something to turn up.
  ///
  /// @param fromHere whether it asks for what the submit host sends, or for what others have
  /// @param done pieces that it has fetched and verified
  /// @param failed pieces that it did not get, or not right: their sources are not named to it
  ///   again
  public Piece next(
      String host, ImageId image, boolean fromHere, List<Integer> done, List<Integer> failed) {
    lock.lock();
    try {
      record(host, image, done, failed);
      long left = PATIENCE.toNanos();
      while (true) {
        Member me = images.getOrDefault(image, Map.of()).get(host);
        if (me == null || me.wants.isEmpty()) {
          return Piece.OVER;
        }
        Optional<Piece> piece =
            fromHere ? unsent(me, images.get(image)) : held(host, image, me, images.get(image));
        if (piece.isPresent()) {
          me.underWay.put(piece.get().index(), new Fetch(piece.get().source(), System.nanoTime()));
          return piece.get();
        }
        if (left <= 0) {
          return Piece.NONE;
        }
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Piece.NONE;
    } finally {
      lock.unlock();
    }
  }

  private void record(String host, ImageId image, List<Integer> done, List<Integer> failed) {
    Member me = images.getOrDefault(image, Map.of()).get(host);
    if (me == null) {
      return;
    }
    for (int piece : done) {
      me.underWay.remove(piece);
      if (me.wants.get(piece)) {
        me.wants.clear(piece);
        me.has.set(piece);
      }
    }
    for (int piece : failed) {
      Fetch fetch = me.underWay.remove(piece);
      if (fetch != null && !fetch.source().isEmpty()) {
        me.avoided.add(fetch.source());
      }
    }
    if (!done.isEmpty() || !failed.isEmpty()) {
      changed.signalAll();
    }
  }

  /// A piece that nobody has and nobody is being sent; one whose only holders this host avoids,
  /// too.
  private Optional<Piece> unsent(Member me, Map<String, Member> members) {
    BitSet open = me.open();
    members.forEach((address, other) -> {
      if (other != me) {
        if (!me.avoided.contains(address)) {
          open.andNot(other.has);
        }
        other.underWay.forEach((piece, fetch) -> {
          if (fetch.fromHereNow()) {
            open.clear(piece);
          }
        });
      }
    });
    if (open.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new Piece(anyOf(open), "", "", false));
  }

  private int anyOf(BitSet pieces) {
    int from = pieces.nextSetBit(random.nextInt(pieces.length()));
    return from >= 0 ? from : pieces.nextSetBit(0);
  }

  /// The rarest piece that a host with a free slot has.
  private Optional<Piece> held(String host, ImageId image, Member me, Map<String, Member> members) {
    BitSet open = me.open();
    Map<String, Member> sources = new HashMap<>(members);
    sources.remove(host);
    sources.keySet().removeIf(me.avoided::contains);
    sources.keySet().removeIf(address -> uploads(address, members) >= uploadSlots);
    BitSet available = new BitSet();
    sources.values().forEach(source -> available.or(source.has));
    available.and(open);
    if (available.isEmpty()) {
      return Optional.empty();
    }
    int rarest = rarest(available, members);
    List<String> holders = new ArrayList<>();
    sources.forEach((address, source) -> {
      if (source.has.get(rarest)) {
        holders.add(address);
      }
    });
    holders.sort(Comparator.comparingLong(address -> uploads(address, members)));
    String from = holders.getFirst();
    Ticket ticket = Ticket.issue(members.get(from).key, image, me.owner, Instant.now());
    return Optional.of(new Piece(rarest, from, ticket.exportName(), false));
  }

  private static long uploads(String address, Map<String, Member> members) {
    return members.values().stream()
        .flatMap(member -> member.underWay.values().stream())
        .filter(fetch -> fetch.source().equals(address))
        .count();
  }

  /// From a random one on, so that hosts that ask at once do not all fetch the same.
  private int rarest(BitSet available, Map<String, Member> members) {
    int first = anyOf(available);
    int best = first;
    long fewest = Long.MAX_VALUE;
    int piece = first;
    do {
      int candidate = piece;
      long holders = members.values().stream().filter(m -> m.has.get(candidate)).count();
      if (holders < fewest) {
        fewest = holders;
        best = candidate;
      }
      piece = available.nextSetBit(piece + 1);
      piece = piece < 0 ? available.nextSetBit(0) : piece;
    } while (piece != first && fewest > 1);
    return best;
  }
}
