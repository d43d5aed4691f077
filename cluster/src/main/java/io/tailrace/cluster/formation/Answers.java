package io.tailrace.cluster.formation;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Who answered lately. An answer carries the number of the question, so what was long under way counts for nothing, however late
 * it comes. Bounded by the contacts that are asked.
 */
final class Answers {
    /** Seven rounds: one that is lost now and then does not make a node absent. */
    static final long FRESH_MILLIS = 1_500;

    private final Deque<Round> rounds = new ArrayDeque<>();
    private final Map<NodeAddress, Answer> answers = new TreeMap<>();
    private long lastRound;

    private record Round(long number, long sentAtMillis) {}

    private record Answer(Status status, long atMillis) {}

    /** Begins a round and forgets what is no longer fresh. */
    long begin(long nowMillis) {
        rounds.removeIf(round -> nowMillis - round.sentAtMillis > FRESH_MILLIS);
        answers.values().removeIf(answer -> nowMillis - answer.atMillis > FRESH_MILLIS);
        rounds.add(new Round(++lastRound, nowMillis));
        return lastRound;
    }

    /** Keeps an answer if its round is recent. */
    void accept(FormationMessage.Here here, long nowMillis) {
        Optional<Round> asked =
                rounds.stream().filter(round -> round.number == here.round()).findFirst();
        if (asked.isPresent() && nowMillis - asked.get().sentAtMillis <= FRESH_MILLIS) {
            answers.put(here.status().self().address(), new Answer(here.status(), nowMillis));
        }
    }

    /** What was answered lately, in the order of addresses. */
    List<Status> fresh(long nowMillis) {
        return answers.values().stream()
                .filter(answer -> nowMillis - answer.atMillis <= FRESH_MILLIS)
                .map(Answer::status)
                .sorted(Comparator.comparing(status -> status.self().address()))
                .toList();
    }
}
