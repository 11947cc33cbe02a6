-- What is captured. `config` is JSON (Sources/FrameIndexSource.cs); its shape belongs to the kind.
create table source (
    id          text    not null primary key,
    kind        text    not null,
    config      text    not null,
    paused      {bool}  not null,
    created_at  {time}  not null
) {strict};

-- How the last poll of a source ended. One row a source, overwritten; the history of slots is the journal's.
create table source_status (
    source      text    not null primary key,
    at          {time}  not null,
    outcome     text    not null,
    message     text,
    failures    {int}   not null
) {strict};

-- The index of frames on disk: frames/<source>/<day>/<stamp>.jpg. It can be rebuilt from the files (A4).
create table frame (
    source      text    not null,
    time        {time}  not null,
    name        text,
    bytes       {int}   not null,
    width       {int}   not null,
    height      {int}   not null,
    sha256      {bytes} not null,
    received_at {time}  not null,
    primary key (source, time)
) {clustered};

-- How much there is of each source, kept in the transaction that adds a frame: counting rows takes time with their number.
create table frame_totals (
    source      text    not null primary key,
    frames      {int}   not null,
    bytes       {int}   not null
) {strict};

-- Files that were ingested or made; the file is assets/<id><extension>.
create table asset (
    id           {uuid}  not null primary key,
    name         text    not null,
    content_type text    not null,
    bytes        {int}   not null,
    sha256       {bytes} not null,
    width        {int},
    height       {int},
    frames       {int},
    duration_ms  {int},
    created_at   {time}  not null
) {strict};

-- Requests for a timelapse and what became of them. `recipe` and `failure` are JSON.
create table timelapse (
    id          {uuid}  not null primary key,
    recipe      text    not null,
    state       text    not null,
    attempts    {int}   not null,
    created_at  {time}  not null,
    started_at  {time},
    ended_at    {time},
    asset       {uuid},
    failure     text
) {strict};

create index timelapse_unfinished on timelapse (id) where state in ('queued', 'running');

-- Who may speak to the API. Only the SHA-256 of a token is kept.
create table token (
    id           {uuid}  not null primary key,
    name         text    not null,
    hash         {bytes} not null unique,
    read_only    {bool}  not null,
    created_at   {time}  not null,
    expires_at   {time}
) {strict};
