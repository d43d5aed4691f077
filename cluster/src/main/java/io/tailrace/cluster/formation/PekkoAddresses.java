package io.tailrace.cluster.formation;

import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.AddressFromURIString;

/** Between Pekko's addresses and ours. */
public final class PekkoAddresses {
    private PekkoAddresses() {}

    /** Without the name of the actor system, which is the same for all. */
    public static NodeAddress of(Address address) {
        return new NodeAddress(address.getHost().orElse(""), address.getPort().orElse(0));
    }

    /** Where that node is, if its actor system has the same name and protocol as this one. */
    public static Address at(NodeAddress node, Address self) {
        return AddressFromURIString.parse(self.protocol() + "://" + self.system() + "@" + node.text());
    }
}
