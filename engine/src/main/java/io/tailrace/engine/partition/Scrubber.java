package io.tailrace.engine.partition;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.LogDamage;
import io.tailrace.engine.log.LogDamage.Kind;
import io.tailrace.engine.log.LogScrub;
import io.tailrace.engine.partition.ScrubReport.Finding;
import io.tailrace.engine.partition.ScrubReport.Outcome;
import io.tailrace.engine.replication.Replica;
import io.tailrace.engine.replication.Replicas;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through all files of a node's replicas for bits that have flipped, one replica after the other, over and over, slowly; sooner and
 * quicker when somebody asks (log-safety rule 13). What is damaged is mended where it stands, while everything goes on: records by those
 * of a peer, the rest from what is known. Where that does not go the replica is opened anew (decision 13); a sole voter's damage is
 * told and left as it is. To be run once a second; blocking, one run at a time.
 */
public final class Scrubber {
    /** So many findings are remembered one by one. */
    public static final int MAX_FINDINGS = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(Scrubber.class);
    private static final int STEP_BYTES = 1 << 20;
    /** What the files of a replica count as, whatever is in them. */
    private static final int REPLICA_BYTES = 256 << 10;
    /** Damage of more is not mended in place: so much would be held in memory. */
    private static final int MAX_MENDED_BYTES = 32 << 20;

    private final Replicas replicas;
    private final PeerRecords peers;
    private final Settings settings;
    private final Queue<Replica> toDo = new ArrayDeque<>();
    private @Nullable Replica replica;
    private @Nullable LogScrub scrub;
    /** What was left in this replica when it was looked through last. */
    private final Set<String> leftBefore = new HashSet<>();

    // Guarded by itself, since others ask:

    /** By what tells one from another. */
    private final Map<String, Finding> findings = new LinkedHashMap<>();

    private @Nullable Predicate<String> wanted;
    private boolean asked;
    private boolean roundUnderWay;
    private long askedRounds;
    private long rounds;
    private int roundReplicas;
    private int roundDone;
    private long bytes;
    private long found;
    private long mended;
    private long reopened;

    /**
     * How much is read.
     *
     * @param bytesPerSecond about, by the rounds that come by themselves
     * @param bytesPerSecondWhenAsked about, by a round that was asked for
     */
    public record Settings(long bytesPerSecond, long bytesPerSecondWhenAsked) {}

    /** Over the replicas of a process. */
    public Scrubber(Replicas replicas, PeerRecords peers, Settings settings) {
        this.replicas = replicas;
        this.peers = peers;
        this.settings = settings;
    }

    /**
     * Begins a round at once, and the quicker way; one that is under way is given up. Any thread.
     *
     * @param which replicas, by their names
     * @return what there is until now; the round is over when there is one more of {@link ScrubReport#askedRounds}
     */
    public synchronized ScrubReport ask(Predicate<String> which) {
        wanted = which;
        asked = true;
        return report();
    }

    /** What has been done and found. Any thread. */
    public synchronized ScrubReport report() {
        return new ScrubReport(
                asked,
                askedRounds,
                rounds,
                roundReplicas,
                roundDone,
                bytes,
                found,
                mended,
                reopened,
                List.copyOf(findings.values()));
    }

    /** What one second allows. */
    public void run() {
        begin();
        long left = isAsked() ? settings.bytesPerSecondWhenAsked : settings.bytesPerSecond;
        while (left > 0) {
            long done = step((int) Math.min(left, STEP_BYTES));
            if (done == 0) {
                return;
            }
            left -= done;
        }
    }

    private synchronized boolean isAsked() {
        return asked;
    }

    private void begin() {
        List<Replica> open = replicas.opened();
        synchronized (this) {
            Predicate<String> which = wanted;
            if (which == null && roundUnderWay) {
                return;
            }
            wanted = null;
            roundUnderWay = true;
            toDo.clear();
            open.stream()
                    .filter(each -> which == null || which.test(name(each)))
                    .forEach(toDo::add);
            roundReplicas = toDo.size();
            roundDone = 0;
        }
        closeScrub();
    }

    private static String name(Replica replica) {
        return String.valueOf(replica.directory().getFileName());
    }

    /** What that counts for; 0 when the round is over. */
    private long step(int maxBytes) {
        Replica at = replica;
        LogScrub looking = scrub;
        if (at == null || looking == null) {
            at = toDo.poll();
            if (at == null) {
                endRound();
                return 0;
            }
            looking = at.newLogScrub();
            replica = at;
            scrub = looking;
            beginWith(name(at));
        }
        List<LogDamage> damages = new ArrayList<>();
        int read = 0;
        try {
            at.ensureOpen();
            read = looking.step(maxBytes, damages::add);
            if (read == 0) {
                damages.addAll(at.damagedFiles());
            }
        } catch (TailraceException e) {
            told(at, e);
            read = 0;
        } catch (RuntimeException e) {
            // The others are to be looked through all the same.
            LOG.error("Replica {} cannot be looked through, which is a defect", at.directory(), e);
            read = 0;
        }
        boolean goesOn = handle(at, damages) && read > 0;
        count(read);
        if (!goesOn) {
            closeScrub();
            synchronized (this) {
                roundDone++;
            }
            return REPLICA_BYTES;
        }
        return read;
    }

    /** What is left is found again, unless it is there no more; then it is not told again. */
    private synchronized void beginWith(String name) {
        leftBefore.clear();
        findings.forEach((key, finding) -> {
            if (finding.partition().equals(name) && finding.outcome() == Outcome.LEFT) {
                leftBefore.add(key);
            }
        });
        findings.keySet().removeAll(leftBefore);
    }

    private static void told(Replica replica, TailraceException e) {
        switch (e.code()) {
            case CLOSED, UNKNOWN_TOPIC, PARTITION_UNAVAILABLE -> {
                // It is being closed, deleted or repaired.
            }
            default -> LOG.warn("Replica {} cannot be looked through: {}", replica.directory(), e.getMessage());
        }
    }

    private synchronized void count(int read) {
        bytes += read;
    }

    private synchronized void endRound() {
        roundUnderWay = false;
        if (!asked) {
            rounds++;
        } else if (wanted == null) {
            asked = false;
            askedRounds++;
        }
    }

    private void closeScrub() {
        LogScrub open = scrub;
        scrub = null;
        replica = null;
        if (open != null) {
            open.close();
        }
    }

    // --- what was found ----------------------------------------------------------------------------------------------

    /** Whether the replica can be looked through further. */
    private boolean handle(Replica at, List<LogDamage> damages) {
        boolean goesOn = true;
        for (LogDamage damage : damages) {
            Outcome outcome = outcome(at, damage);
            remember(at, damage, outcome);
            goesOn = goesOn && outcome != Outcome.REOPENED;
        }
        return goesOn;
    }

    private Outcome outcome(Replica at, LogDamage damage) {
        try {
            if (damage.kind() != Kind.RECORDS) {
                return at.makeAgain(damage) ? Outcome.MENDED : Outcome.LEFT;
            }
            if (at.isSoleVoter()) {
                return Outcome.LEFT;
            }
            if (mendByPeer(at, damage)) {
                return Outcome.MENDED;
            }
        } catch (TailraceException e) {
            LOG.warn("Replica {}: damage in {} is not mended: {}", at.directory(), damage.file(), e.getMessage());
            if (damage.kind() != Kind.RECORDS || at.isSoleVoter() || e.code() == ErrorCode.DISK_FULL) {
                return Outcome.LEFT;
            }
        }
        at.damaged(new TailraceException(ErrorCode.CORRUPT_LOG, damage.what()), damage.offset());
        return Outcome.REOPENED;
    }

    private boolean mendByPeer(Replica at, LogDamage damage) {
        long size = damage.endPosition() - damage.position();
        return damage.endOffset() <= at.highWatermark().offset()
                && size <= MAX_MENDED_BYTES
                && peers.read(
                        at, damage.offset(), damage.endOffset(), (int) size, batches -> at.putRecords(damage, batches));
    }

    private void remember(Replica at, LogDamage damage, Outcome outcome) {
        Finding finding = new Finding(name(at), damage, outcome);
        boolean known;
        synchronized (this) {
            String key = name(at) + "/" + damage.file().getFileName() + "/" + damage.position();
            known = outcome == Outcome.LEFT && leftBefore.contains(key);
            findings.remove(key);
            while (findings.size() >= MAX_FINDINGS) {
                findings.remove(findings.keySet().iterator().next());
            }
            findings.put(key, finding);
            found += known ? 0 : 1;
            mended += outcome == Outcome.MENDED ? 1 : 0;
            reopened += outcome == Outcome.REOPENED ? 1 : 0;
        }
        if (!known) {
            LOG.warn("Damage in partition {}: {}", name(at), described(damage, outcome));
        }
    }

    private static String described(LogDamage damage, Outcome outcome) {
        String where = damage.kind() == Kind.RECORDS
                ? "offsets " + damage.offset() + " to " + (damage.endOffset() - 1) + " in " + damage.file()
                        + " at byte " + damage.position()
                : String.valueOf(damage.file());
        return where + " (" + damage.what() + "): "
                + switch (outcome) {
                    case MENDED -> "mended";
                    case REOPENED -> "the replica is opened anew, and gets it from its peers";
                    case LEFT -> "it stays, since nobody has what would mend it";
                };
    }
}
