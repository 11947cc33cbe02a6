namespace Tidemark.Jobs;

// What is known of a lane and of a tenant.
internal sealed partial class LaneBook
{
    private sealed class Tenant
    {
        public long Time { get; set; }

        public long Planned { get; set; }

        public int Filled { get; set; }
    }

    private sealed class Entry(Lane lane, Tenant tenant, bool servable)
    {
        public Lane Lane { get; } = lane;

        public Tenant Tenant { get; } = tenant;

        public bool Servable { get; } = servable;

        public LanePlace Floor { get; set; } = LanePlace.Beginning;

        public DateTimeOffset Head { get; set; }

        /// <summary>Where it stands among the filled; below 0: it counts as empty.</summary>
        public int Index { get; set; } = -1;

        /// <summary>How many signals it got.</summary>
        public int Told { get; set; }

        public int ToldWhenAsked { get; set; }

        public int ToldWhenPlanned { get; set; }

        public bool Seen { get; set; }

        /// <summary>It was tried a little before it was due; nothing is learned from its having given nothing.</summary>
        public bool Early { get; set; }

        public int Planned { get; set; }
    }
}
