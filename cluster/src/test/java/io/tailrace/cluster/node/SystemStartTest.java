package io.tailrace.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SystemStartTest {
    /** Pekko copies some settings to other places before it has read those of a node. */
    @Test
    void theShardCoordinatorIsHandedOverAsOtherSingletonsAre() {
        Config all = SystemStart.complete(ConfigFactory.empty());
        Config others = all.getConfig("pekko.cluster.singleton");
        assertThat(others.getDuration("hand-over-retry-interval")).isLessThan(Duration.ofSeconds(1));
        assertThat(all.getConfig("pekko.cluster.sharding.coordinator-singleton"))
                .isEqualTo(others);
    }
}
