package io.tailrace.cluster.group;

import io.tailrace.cluster.catalog.Catalog;
import io.tailrace.cluster.catalog.Topic;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/** The topics that groups can read, at one moment, and the ways to deal their partitions out. Immutable. */
final class Topology {
    /** No topics. */
    static final Topology EMPTY = of(Catalog.EMPTY, Assignors.BUILT_IN);
    /** An expression that takes more steps than that to tell whether it matches one name does not. */
    private static final int MAX_STEPS = 100_000;

    private final SortedMap<String, Topic> byName;
    private final Map<UUID, Topic> byId;
    private final Set<UUID> deleted;
    private final Assignors assignors;

    private Topology(SortedMap<String, Topic> byName, Map<UUID, Topic> byId, Set<UUID> deleted, Assignors assignors) {
        this.byName = byName;
        this.byId = byId;
        this.deleted = deleted;
        this.assignors = assignors;
    }

    static Topology of(Catalog catalog, Assignors assignors) {
        return new Topology(catalog.byName(), catalog.byId(), catalog.deleted().keySet(), assignors);
    }

    /** The same, but for these topics, which are deleted. */
    Topology without(Set<UUID> gone) {
        Set<UUID> all = new HashSet<>(deleted);
        all.addAll(gone);
        return new Topology(byName, byId, all, assignors);
    }

    /** How partitions can be dealt out. */
    Assignors assignors() {
        return assignors;
    }

    /** The topic of that name, or {@code null}. */
    @Nullable
    Topic find(String name) {
        Topic topic = byName.get(name);
        return topic == null || deleted.contains(topic.id()) ? null : topic;
    }

    /** The topic of that id, or {@code null}. */
    @Nullable
    Topic find(UUID id) {
        return deleted.contains(id) ? null : byId.get(id);
    }

    /** Whether it is known to be gone for good, and not just not known. */
    boolean isDeleted(UUID id) {
        return deleted.contains(id);
    }

    /** Finds what members want to read; what one member has asked for is not looked for again for another. */
    Resolver resolver() {
        return new Resolver();
    }

    /** Belongs to one thread. */
    final class Resolver {
        private final Map<GroupJoin.Subscription, Set<String>> resolved = new HashMap<>();

        /** The names of the topics that are there and wanted. */
        Set<String> topics(GroupJoin.Subscription wanted) {
            return resolved.computeIfAbsent(wanted, this::resolve);
        }

        private Set<String> resolve(GroupJoin.Subscription wanted) {
            Set<String> found = new LinkedHashSet<>();
            if (wanted instanceof GroupJoin.Names names) {
                names.topics().stream().filter(name -> find(name) != null).forEach(found::add);
                return found;
            }
            java.util.regex.Pattern regex = java.util.regex.Pattern.compile(((GroupJoin.Pattern) wanted).regex());
            byName.keySet().stream()
                    .filter(name -> find(name) != null && matches(regex, name))
                    .forEach(found::add);
            return found;
        }
    }

    private static boolean matches(java.util.regex.Pattern regex, String name) {
        Matcher matcher = regex.matcher(new CountedText(name));
        try {
            return matcher.matches();
        } catch (TooManySteps e) {
            return false;
        }
    }

    /** Some expressions look at a text for hours. */
    private static final class TooManySteps extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooManySteps() {
            super("The expression takes too many steps.", null, false, false);
        }
    }

    /** What looks at a text may do so so often and no more. */
    private static final class CountedText implements CharSequence {
        private final String text;
        private int left = MAX_STEPS;

        CountedText(String text) {
            this.text = text;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            left--;
            if (left < 0) {
                throw new TooManySteps();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
