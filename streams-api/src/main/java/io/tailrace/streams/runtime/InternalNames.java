package io.tailrace.streams.runtime;

import java.util.regex.Pattern;

/**
 * What the topics of an application are called in the cluster: {@code <application>-<name in the topology>}, as Kafka Streams has it, and
 * {@code <application>-<number of the sub-topology>-tasks} for those in which tasks have their logs.
 */
record InternalNames(String application) {
    private static final String REPARTITION = "-repartition";
    private static final String TASKS = "-tasks";
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    String inCluster(String nameInTopology) {
        return application + "-" + nameInTopology;
    }

    String taskLog(int subTopology) {
        return application + "-" + subTopology + TASKS;
    }

    boolean isTaskLog(String topic) {
        return isOwn(topic)
                && topic.endsWith(TASKS)
                && NUMBER.matcher(topic.substring(application.length() + 1, topic.length() - TASKS.length()))
                        .matches();
    }

    /** Whether that is a topic of the application, by its name alone. */
    boolean isInternal(String topic) {
        return isTaskLog(topic) || (isOwn(topic) && topic.endsWith(REPARTITION));
    }

    private boolean isOwn(String topic) {
        return topic.startsWith(application + "-") && topic.length() > application.length() + TASKS.length() + 1;
    }
}
