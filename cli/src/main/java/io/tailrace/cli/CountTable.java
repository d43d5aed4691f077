package io.tailrace.cli;

import io.tailrace.samples.WindowCount;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The counts so far, by group, for the screen. One thread may add while another looks. Bounded: see the constants. */
final class CountTable {
    /** Further groups are counted together. */
    private static final int MAX_GROUPS = 1000;
    /** Of each group the latest windows are added up; in those before only new parts count. */
    private static final int MAX_WINDOWS = 256;

    private static final String FURTHER = "(further groups)";
    private static final int GROUP_CHARS = 48;

    private final String groupTitle;
    private final String amountTitle;
    private final boolean byName;
    private final Map<String, Group> groups = new TreeMap<>();

    /**
     * An empty table.
     *
     * @param byName whether rows are sorted by group rather than by their count
     */
    CountTable(String groupTitle, String amountTitle, boolean byName) {
        this.groupTitle = groupTitle;
        this.amountTitle = amountTitle;
        this.byName = byName;
    }

    synchronized void add(WindowCount part) {
        boolean known = groups.size() < MAX_GROUPS || groups.containsKey(part.group());
        groups.computeIfAbsent(known ? part.group() : FURTHER, name -> new Group())
                .add(part);
    }

    /** Records in all groups together. */
    synchronized long records() {
        return groups.values().stream().mapToLong(group -> group.records).sum();
    }

    /**
     * A head line and at most that many rows; if there are more, the last line says so.
     *
     * @param characters a line has at most so many, if one column fits
     */
    synchronized List<String> lines(int maxRows, int characters) {
        TextTable table = new TextTable(
                groupTitle,
                "records",
                "last " + amountTitle,
                "mean",
                "max",
                "windows",
                "busiest window",
                "its records");
        Comparator<Map.Entry<String, Group>> order = byName
                ? Map.Entry.comparingByKey()
                : Comparator.comparingLong((Map.Entry<String, Group> entry) -> -entry.getValue().records)
                        .thenComparing(Map.Entry.comparingByKey());
        groups.entrySet().stream().sorted(order).limit(maxRows).forEach(entry -> entry.getValue()
                .row(table, Escaped.text(entry.getKey(), GROUP_CHARS)));
        int hidden = groups.size() - maxRows;
        Stream<String> more = hidden > 0 ? Stream.of("... and " + hidden + " more") : Stream.empty();
        return Stream.concat(table.linesWithin(characters).stream(), more).toList();
    }

    private static final class Group {
        private final TreeMap<Long, Long> windows = new TreeMap<>();
        private long windowsSeen;
        private long records;
        private double sum;
        private double max = Double.NEGATIVE_INFINITY;
        private long lastMillis = Long.MIN_VALUE;
        private double last;
        private long busiestStartMillis;
        private long busiestRecords;

        void add(WindowCount part) {
            records += part.count();
            sum += part.sum();
            max = Math.max(max, part.max());
            if (part.lastMillis() >= lastMillis) {
                lastMillis = part.lastMillis();
                last = part.last();
            }
            if (!windows.containsKey(part.windowStartMillis())) {
                windowsSeen++;
            }
            long inWindow = windows.merge(part.windowStartMillis(), part.count(), Long::sum);
            if (inWindow > busiestRecords) {
                busiestRecords = inWindow;
                busiestStartMillis = part.windowStartMillis();
            }
            if (windows.size() > MAX_WINDOWS) {
                windows.pollFirstEntry();
            }
        }

        void row(TextTable table, String name) {
            table.row(
                    name,
                    String.format(Locale.ROOT, "%,d", records),
                    String.format(Locale.ROOT, "%,.1f", last),
                    String.format(Locale.ROOT, "%,.1f", sum / records),
                    String.format(Locale.ROOT, "%,.1f", max),
                    String.format(Locale.ROOT, "%,d", windowsSeen),
                    Instant.ofEpochMilli(busiestStartMillis).toString(),
                    String.format(Locale.ROOT, "%,d", busiestRecords));
        }
    }
}
