-- What the codes of Meta's Cloud API mean. The same as workers/senders/meta_errors.py, which
-- meets them in answers; here they come by webhook. A test holds the two together.

/* `hold`: whose queue stops because of it, null: it concerns the message alone. */
create table noc.provider_errors (
    code integer primary key,
    reason text not null check (reason ~ '^[a-z][a-z0-9_]{0,39}$'),
    bad_address boolean not null default false,
    hold text check (hold in ('company', 'number'))
);

alter table noc.provider_errors enable row level security;

insert into noc.provider_errors (code, reason, hold) values
(0, 'auth_invalid', 'number'),
(190, 'auth_invalid', 'number'),
(3, 'permission', 'number'),
(10, 'permission', 'number'),
(131005, 'permission', 'number'),
(131042, 'billing', 'number'),
(131044, 'billing', 'number'),
(131031, 'account_locked', 'number'),
(368, 'account_locked', 'number'),
(131045, 'config_invalid', 'number'),
(133010, 'config_invalid', 'number'),
(131048, 'spam_limit', 'company');

insert into noc.provider_errors (code, reason) values
(1, 'provider_5xx'),
(2, 'provider_5xx'),
(131000, 'provider_5xx'),
(131016, 'provider_5xx'),
(135000, 'provider_5xx'),
(131057, 'maintenance'),
(4, 'rate_limited'),
(80007, 'rate_limited'),
(130429, 'rate_limited'),
(131056, 'pair_rate'),
(130497, 'account_locked'),
(131049, 'not_delivered_by_meta'),
(131047, 'window_closed'),
(131030, 'config_invalid'),
(100, 'config_invalid'),
(2500, 'config_invalid'),
(131008, 'config_invalid'),
(131009, 'config_invalid'),
(131051, 'config_invalid'),
(131062, 'config_invalid'),
(132000, 'config_invalid'),
(132005, 'config_invalid'),
(132007, 'config_invalid'),
(132008, 'config_invalid'),
(132012, 'config_invalid'),
(132018, 'config_invalid'),
(131063, 'config_invalid'),
(131064, 'template'),
(132001, 'template'),
(132015, 'template'),
(132016, 'template');

insert into noc.provider_errors (code, reason, bad_address) values
(131026, 'undeliverable', true),
(131050, 'opted_out', true);

/* The row of a code, with `provider_refused` for one that nobody knows. */
create function noc.provider_error(code integer)
returns noc.provider_errors
language sql
stable
set search_path = ''
as $$
    select coalesce(
        (
            select e from noc.provider_errors as e where e.code = provider_error.code
        ),
        case
            when provider_error.code between 200 and 299
                then row(provider_error.code, 'permission', false, 'number')::noc.provider_errors
            else
                row(provider_error.code, 'provider_refused', false, null)::noc.provider_errors
        end
    )
$$;
