-- Sealed days (design/archive.md A). `manifest` is the SHA-256 of manifest.N.json. `packed` holds the day's frames as Archive/PackedFrames.cs writes them; its frames
-- have no rows of their own any more.
create table day (
    source      text    not null,
    day         {time}  not null,
    revision    {int}   not null,
    frames      {int}   not null,
    bytes       {int}   not null,
    first       {time},
    last        {time},
    packed      {bytes} not null,
    manifest    {bytes} not null,
    sealed_at   {time}  not null,
    told_at     {time},
    deleted_at  {time},
    deleted_why text,
    removed_at  {time},
    primary key (source, day)
) {clustered};

create index day_time on day (day, source);

-- Retention goes by age over what is there still; and ends what a crash cut off: recorded, but the files not removed yet.
create index day_kept on day (day, source) where deleted_at is null;
create index day_removing on day (source, day) where deleted_at is not null and removed_at is null;

-- What the operator's command is to be told of still.
create index day_untold on day (day, source) where told_at is null and deleted_at is null;

-- Second copies, each verified by reading back. `place` names the other root.
create table day_copy (
    source      text    not null,
    day         {time}  not null,
    place       text    not null,
    revision    {int}   not null,
    verified_at {time}  not null,
    primary key (source, day, place)
) {clustered};

-- How far the deterministic scrub of a place has come; what it found.
create table scrub (
    place       text    not null primary key,
    source      text    not null,
    day         {time}  not null,
    began_at    {time}  not null,
    round       {int}   not null
) {strict};

-- What was found wrong with files of the archive, until it is mended.
create table damage (
    source      text    not null,
    day         {time}  not null,
    place       text    not null,
    file        text    not null,
    code        text    not null,
    found_at    {time}  not null,
    primary key (source, day, place, file)
) {clustered};

-- Nothing in its range is deleted while `until` lies ahead; whoever reads renews it.
create table hold (
    id          {uuid}  not null primary key,
    source      text    not null,
    start_at    {time}  not null,
    end_at      {time}  not null,
    until       {time}  not null,
    reason      text    not null
) {strict};

create index hold_source on hold (source, until);

-- What one node at a time does for the whole archive (Archive/Duty.cs).
create table duty (
    name        text    not null primary key,
    home        text    not null,
    until       {time}  not null
) {strict};
