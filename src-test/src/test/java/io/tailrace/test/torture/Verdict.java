package io.tailrace.test.torture;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.test.simulation.History;
import io.tailrace.test.simulation.HistoryChecker;
import io.tailrace.test.simulation.Values.Placed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a run comes to: the histories of its partitions, checked, and how long each was away. */
final class Verdict {
    /** A shorter pause between two acknowledgements is no outage. */
    private static final long OUTAGE_MILLIS = 500;

    private static final int PROBLEMS_SHOWN = 20;

    private final Map<Integer, History> histories = new TreeMap<>();
    private final Map<String, History.Send> sends = new HashMap<>();
    private final Map<Integer, List<Long>> acknowledgedAt = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();
    private final Map<String, Integer> faults = new TreeMap<>();
    private int operations;
    private int acknowledged;
    private int unknown;

    /** Something has happened; in the order in which it did, client by client. */
    synchronized void hear(Happening happening) {
        if (happening.partition() < 0) {
            return;
        }
        History history = histories.computeIfAbsent(happening.partition(), number -> new History());
        String[] words = happening.words();
        switch (happening.kind()) {
            case "send" -> {
                History.Send send = new History.Send(
                        happening.partition() + " " + words[0].substring(0, words[0].lastIndexOf(':')),
                        List.of(words[0]));
                operations++;
                sends.put(words[0], send);
                history.sends.add(send);
            }
            case "ok" -> {
                History.Send send = sends.get(words[0]);
                if (send != null) {
                    acknowledged++;
                    send.outcome = History.Outcome.OK;
                    send.baseOffset = Long.parseLong(words[1]);
                    acknowledgedAt
                            .computeIfAbsent(happening.partition(), number -> new ArrayList<>())
                            .add(happening.millis());
                }
            }
            case "fail" -> {
                History.Send send = sends.get(words[0]);
                if (send != null) {
                    send.outcome = History.Outcome.FAIL;
                }
            }
            case "info" -> unknown++;
            case "poll" -> {
                operations++;
                history.polls.add(new History.Poll(
                        words[0], Long.parseLong(words[1]), Long.parseLong(words[2]), placed(words[3])));
            }
            default -> problems.add("a client said " + happening.line());
        }
    }

    private static List<Placed> placed(String seen) {
        List<Placed> all = new ArrayList<>();
        for (String each : seen.split(",", -1)) {
            int equals = each.indexOf('=');
            all.add(new Placed(Long.parseLong(each.substring(0, equals)), each.substring(equals + 1)));
        }
        return all;
    }

    /** Everything that a partition has at the end. */
    synchronized void finalRead(int partition, List<Placed> all) {
        histories.computeIfAbsent(partition, number -> new History()).finalRead = all;
    }

    synchronized void problem(String problem) {
        problems.add(problem);
    }

    synchronized void faults(Map<?, Integer> done) {
        done.forEach((fault, times) -> faults.put(fault.toString(), times));
    }

    /** Whether nothing is wrong. */
    synchronized boolean isGood() {
        return problems.isEmpty();
    }

    int acknowledged() {
        return acknowledged;
    }

    /** Checks the histories; once, when all has been heard. */
    synchronized void check() {
        histories.forEach((partition, history) -> HistoryChecker.problemsOf(history)
                .forEach(problem -> problems.add("partition " + partition + ": " + problem)));
    }

    private long count(String kind) {
        return problems.stream().filter(problem -> problem.contains(kind)).count();
    }

    /** The verdict, as one line of JSON. */
    synchronized String json() {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("good", problems.isEmpty())
                .put("operations", operations)
                .put("acknowledged", acknowledged)
                .put("unknown", unknown)
                .put("lost", count(": lost write") + count(": unseen"))
                .put("duplicated", count(": duplicate"))
                .put("misordered", count(": non-monotonic") + count(": inconsistent") + count(": poll skip"))
                .put("aborted_reads", count(": aborted read"))
                .put(
                        "failovers",
                        faults.values().stream().mapToInt(Integer::intValue).sum());
        faults.forEach(json.putObject("faults")::put);
        ObjectNode away = json.putObject("unavailability_millis");
        acknowledgedAt.forEach((partition, times) -> {
            List<Long> gaps = gaps(times);
            away.putObject(Integer.toString(partition))
                    .put("outages", gaps.size())
                    .put("p50", percentile(gaps, 50))
                    .put("p99", percentile(gaps, 99))
                    .put("max", percentile(gaps, 100));
        });
        problems.stream().limit(PROBLEMS_SHOWN).forEach(json.putArray("problems")::add);
        return json.toString();
    }

    private static List<Long> gaps(List<Long> times) {
        List<Long> sorted = times.stream().sorted().toList();
        List<Long> gaps = new ArrayList<>();
        for (int i = 1; i < sorted.size(); i++) {
            long gap = sorted.get(i) - sorted.get(i - 1);
            if (gap >= OUTAGE_MILLIS) {
                gaps.add(gap);
            }
        }
        gaps.sort(null);
        return gaps;
    }

    private static long percentile(List<Long> sorted, int percent) {
        return sorted.isEmpty() ? 0 : sorted.get((int) Math.ceil(percent / 100.0 * sorted.size()) - 1);
    }
}
