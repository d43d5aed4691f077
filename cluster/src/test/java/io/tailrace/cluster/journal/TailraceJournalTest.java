package io.tailrace.cluster.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TailraceJournalTest {
    @TempDir
    static Path data;

    @Test
    void whatWasPersistedIsThereAfterARestartOfTheNode() {
        try (PersistentApplication application = new PersistentApplication(data, Map.of())) {
            ActorRef<Ledger.Command> first = application.spawn(Ledger.create("restart"));
            assertThat(application.add(first, "a", "b")).containsExactly("a", "b");
            assertThat(application.add(first, "c")).containsExactly("a", "b", "c");
            first.tell(new Ledger.Stop());
            ActorRef<Ledger.Command> second = application.spawn(Ledger.create("restart"));
            assertThat(application.get(second)).containsExactly("a", "b", "c");
            assertThat(application.add(second, "d")).containsExactly("a", "b", "c", "d");
        }
        try (PersistentApplication application = new PersistentApplication(data, Map.of())) {
            ActorRef<Ledger.Command> third = application.spawn(Ledger.create("restart"));
            assertThat(application.get(third)).containsExactly("a", "b", "c", "d");
        }
    }
}
