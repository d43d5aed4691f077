package io.tailrace.cluster.group;

import io.tailrace.cluster.group.GroupEvent.GroupDeleted;
import org.jspecify.annotations.Nullable;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * All groups, at one moment. Immutable, and a function of the coordinator's events alone.
 *
 * @param byName the groups
 * @param weight about as many bytes as all of them take in a snapshot, and more
 */
record GroupTable(PSortedMap<String, Group> byName, long weight) {
    static final GroupTable EMPTY = new GroupTable(TreePMap.empty(), 0);

    /** The group of that name, or {@code null}. */
    @Nullable
    Group find(String group) {
        return byName.get(group);
    }

    /** The table after the event. */
    GroupTable apply(GroupEvent event) {
        Group before = byName.get(event.group());
        if (event instanceof GroupDeleted) {
            return before == null ? this : new GroupTable(byName.minus(event.group()), weight - before.weight());
        }
        return with((before == null ? Group.empty(event.group()) : before).apply(event));
    }

    /** With that group in the place of what was there under its name. */
    GroupTable with(Group group) {
        Group before = byName.get(group.name());
        long less = before == null ? 0 : before.weight();
        return new GroupTable(byName.plus(group.name(), group), weight + group.weight() - less);
    }
}
