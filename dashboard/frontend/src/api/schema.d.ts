// Generated from the gateway's OpenAPI by `npm run types`; do not edit.
// OpenAPI: sha256 6eac7837f6bb0262f340dee821be0ea621c78d2998f8e56c2e4eaef171c943ad
// types: sha256 bfcb6de3a0319f977bf628d913a02dd8b4040ea5bb5366f9d78dc56023ab6e9f

export interface paths {
    "/api/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who works here?
         * @description Each role with its workers and models, by the workers' own beats, and what the newest probes found.
         *
         *     What a role does and has done is at most a few seconds old.
         */
        get: operations["list_agents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/{role}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a role nothing new to do
         * @description The role begins no step once this is answered, in no worker of no host; the step that runs is finished.
         *
         *     Orders for it stay queued until it is resumed or their deadline comes, spend no tries, and say why they wait; so
         *     do those that are escalated to it, or are to be tried by it once more. While the `admin` is paused every new order
         *     waits at the front desk. A role that is paused already stays so, with its time and its reason.
         */
        post: operations["pause_agent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/{role}/probe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Look at a role's models now
         * @description Every worker asks the vendors for the models of this role, its fallbacks too. Nothing is generated or spent.
         */
        post: operations["probe_agent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/{role}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a paused role go on
         * @description The end of a pause: what waits for the role is begun within a second or two.
         */
        post: operations["resume_agent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What to know
         * @description Money that runs short or is used up, limits and freezes that were changed, orders that are dead; newest first.
         *
         *     Ids rise in the order in which alerts become visible here: with the newest id you have seen as `after` you miss
         *     none. What a host raised while PostgreSQL was away comes with a new id, when it is back, and its own `at`.
         */
        get: operations["list_alerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who did what
         * @description Changes of state with who made them, newest first; all filters hold together. Rows are never changed.
         */
        get: operations["list_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/budget": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What may be spent, and is
         * @description Spent, reserved and limit of the company and its roles, today and this month; and whether it is frozen.
         *
         *     Limits are those that hold now, with who has set them.
         */
        get: operations["get_budget"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/budget/freeze": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop every paid call
         * @description No paid call begins after this, whatever waits; those that run end as they will. Local models go on.
         */
        post: operations["freeze_paid_calls"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/budget/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change a limit
         * @description The limit of the company or of a role, for a day or a month, from the next paid call on, in every worker.
         *
         *     It stands above the setting until it is changed again. When this has been answered, no call begins any more that
         *     only the old limit had room for; calls that run end as they will.
         */
        put: operations["set_budget_limit"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/budget/thaw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let paid calls go on
         * @description The end of a freeze.
         */
        post: operations["thaw_paid_calls"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a message
         * @description Accept a message as a work order.
         *
         *     200 with the reply when the order ends within `wait` seconds: `status` says whether it was delivered,
         *     asked back, declined or failed. 202 with `hold` when it would cost too much and asks first. Else 202 with the
         *     order's address. `durability` says which store has it.
         */
        post: operations["send_message"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/equipment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Which tools are there?
         * @description Every tool with its schedule and its newest run. Tools are deterministic: a run costs no tokens.
         */
        get: operations["list_equipment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/equipment/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One tool
         * @description The tool with its schedule and its newest run.
         */
        get: operations["get_equipment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/equipment/{name}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a tool come due no more
         * @description Until it is resumed. It can still be run by whoever asks. Audited.
         */
        post: operations["pause_equipment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/equipment/{name}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a paused tool come due again
         * @description The end of a pause; what it missed is left to its catch-up policy. Audited.
         */
        post: operations["resume_equipment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/equipment/{name}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Have a tool run now
         * @description Ask for a run. A process that runs tools (a worker of the admin) takes it within a second or two, once.
         *
         *     With `wait` this is answered when it has ended, or after so many seconds. A run that nobody has taken says why in
         *     `hint`, and is given up after an hour. The same Idempotency-Key again is the same run, as long as it is kept.
         */
        post: operations["run_equipment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/equipment/{name}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a tool has done
         * @description The tool's runs, newest first; of each output the beginning.
         */
        get: operations["list_equipment_runs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/equipment/{name}/schedule": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * When would a tool come due?
         * @description The tool's schedule, or what it would be with another expression; nothing is changed.
         */
        get: operations["preview_equipment_schedule"];
        /**
         * Change when a tool comes due
         * @description From now on; what came due before is not caught up. A tool that is paused stays so. Audited.
         */
        put: operations["schedule_equipment"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/equipment/runs/{run_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One run of a tool
         * @description The run with all of its output that was kept: the first and the last 32 KiB.
         */
        get: operations["get_equipment_run"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/health/detailed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How is every part?
         * @description Each part with a reason; the whole is as bad as its worst part.
         */
        get: operations["health_detailed"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/health/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How was every part?
         * @description Where a part's status changed, newest first, for 90 days; a look that finds nothing new leaves no row.
         *
         *     One gateway looks every 30 s. What was found while PostgreSQL was away comes when it is back, with its own `at`.
         *     The newest row of a part holds until now, however old it is.
         */
        get: operations["health_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was done and what it cost
         * @description Calls, tokens and dollars by role, model and day; orders, QA, latencies, savings.
         *
         *     The dollars are the sum of the ledger, which is the sum of all receipts and of what runs or was tried for orders
         *     that have not ended. While PostgreSQL is away it is about this host's spool alone, and says `partial`.
         */
        get: operations["get_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/metrics/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was done and what it cost, over time
         * @description Figures for charts: a list each, one entry an hour or day, up to now; 0 where nothing was.
         *
         *     Calls, dollars, tokens and latencies count by when a call began; orders, QA's verdicts and escalations by when the
         *     order arrived, so they still move while it is worked on. In an outage as GET /api/metrics.
         */
        get: operations["get_metrics_series"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who one is
         * @description The sender's role and how he came in; 401 who must sign in first.
         */
        get: operations["get_browser_session"];
        put?: never;
        /**
         * Sign a browser in
         * @description With the secret, a token, or the code of a one-time link. Sets the cookie `nexus_session`.
         *
         *     It opens for 12 h after it was last used, 7 days at most. Without a secret nothing is set, nor needed.
         */
        post: operations["sign_in"];
        /**
         * Sign this browser out
         * @description End the session of the cookie that was sent; its WebSockets are closed within 10 s. Else nothing happens.
         */
        delete: operations["sign_out"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/session/end-all": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign every browser out
         * @description This one too. Tokens and the secret open as before. Other gateways refuse the cookies within 5 s.
         */
        post: operations["end_browser_sessions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List conversations
         * @description Conversations, the one that began last first. A request to /v1 is a conversation of its own.
         *
         *     With `order=recent` the one where something happened last is first; one that moves while you read pages is then
         *     on the first page, and on no later one. Such a page may be shorter than `limit` in an outage.
         */
        get: operations["list_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/{session_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a conversation
         * @description What was said, oldest first: from the beginning, or with `end` the last `limit` messages, and from there back.
         *
         *     Give one of `cursor`, `before` and `end`. 503 with Retry-After while PostgreSQL is away and it may be there.
         */
        get: operations["get_session"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/telegram/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who may speak to the bot
         * @description Who was let in, who was removed, and who waits, with the age of the code; the code itself is kept nowhere.
         *
         *     People whom the bot's setting `TELEGRAM_ALLOWED_IDS` lets in need no pairing and stand here as waiting.
         */
        get: operations["list_telegram_people"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/telegram/people/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Let somebody speak to the bot no longer
         * @description From the next message on. Whom the bot's setting `TELEGRAM_ALLOWED_IDS` names may go on: change it there.
         */
        delete: operations["remove_telegram_person"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/telegram/people/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let somebody speak to the bot
         * @description Whoever was shown this code; the bot tells them within seconds.
         *
         *     A wrong code is audited and counts for `RATE_LIMIT_LOGIN`.
         */
        post: operations["approve_telegram_person"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who may come in by what
         * @description Every token that was handed out, and the browsers that are signed in, the newest first.
         */
        get: operations["list_tokens"];
        put?: never;
        /**
         * Make a token
         * @description The token comes in this reply and never again. One that is made by a token opens no longer than that.
         */
        post: operations["create_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a token
         * @description It opens nothing any more: at once here, within 5 s at other gateways; its WebSockets close within 10 s.
         *
         *     For a browser: it is signed out. What was made by it ends with it. Repeating it changes nothing.
         */
        delete: operations["revoke_token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/work-orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List orders
         * @description Work orders, newest first; pages stay stable while new orders arrive. All filters hold together.
         */
        get: operations["list_work_orders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/work-orders/{order_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read one order
         * @description One order with its attempts, verdicts, model calls, receipt and events.
         *
         *     503 with Retry-After while it cannot be told whether there is one, because PostgreSQL is away.
         */
        get: operations["get_work_order"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/work-orders/{order_id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a held order go on
         * @description Say yes to an order that is `held` because of what it would cost; without a body, as it was to be done.
         *
         *     The yes holds for tries that cost at most what the option said.
         */
        post: operations["approve_work_order"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/work-orders/{order_id}/attachments/{n}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read what came with an order
         * @description What came with it as it is kept: pictures and sounds with their type, a document always as plain text.
         *
         *     To be saved and not to be shown by itself: `Content-Disposition` and `X-Content-Type-Options` say so.
         */
        get: operations["get_attachment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/work-orders/{order_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel an order
         * @description End an order that is not wanted any more. The reply means that no further model call starts.
         *
         *     A call that runs is cut off and priced at its worst case. Cancelling a cancelled order is 200 again.
         */
        post: operations["cancel_work_order"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/work-orders/{order_id}/escalate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Have an ended order done by a higher tier
         * @description Do an ended order again as a new one, with the next higher tier or the one that is named.
         *
         *     Same conversation, message, context, acceptance spec and limit of money. A higher tier is also given the old answer,
         *     the checks that it failed, and your reason. Its first event names the old order.
         */
        post: operations["escalate_work_order"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/work-orders/{order_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow one order
         * @description All events of the order from its first one on, as they happen, until the final one, which has the answer.
         *
         *     A comment comes every 15 s in which nothing happens.
         */
        get: operations["follow_work_order"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/work-orders/{order_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Have an ended order done again
         * @description Do an ended order again as a new one, with the same tier, which is told that you were not content.
         */
        post: operations["retry_work_order"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ws-ticket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get a ticket for the WebSocket
         * @description A one-use ticket with the sender's own role. Needs no body.
         */
        post: operations["create_ws_ticket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Is the gateway up?
         * @description Liveness; needs no token and touches nothing.
         */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Does the process answer?
         * @description As GET /health: needs no token and touches nothing.
         */
        get: operations["livez"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Numbers for Prometheus
         * @description Requests, latencies, limits and connections of this process; orders, queues, money and models of the company.
         *
         *     The company's numbers are at most 5 s old. While the store does not answer they are left out, and
         *     `nexus_store_up` is 0.
         */
        get: operations["prometheus_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Can messages be accepted?
         * @description Ready while some store takes messages: the database, or this host's spool. Needs no token, tells no details.
         *
         *     The store is asked once a second at most, however often this is.
         */
        get: operations["readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/completions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask as of an OpenAI model
         * @description Accept the conversation's last message as a work order, with what stands before it as its context.
         *
         *     Answers when the order has ended. A client that does not wait so long cancels nothing: the order goes on.
         */
        post: operations["create_chat_completion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the names to ask
         * @description The company, and each of its tiers.
         */
        get: operations["list_models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{model}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One of the names to ask
         * @description One of the names; 404 for another one.
         */
        get: operations["get_model"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * AccessRole
         * @description What somebody may do: the owner everything, a viewer only read.
         * @enum {string}
         */
        AccessRole: "owner" | "viewer";
        /**
         * Agents
         * @description Everybody on the payroll.
         */
        Agents: {
            /** Items */
            items: components["schemas"]["AgentView"][];
        };
        /**
         * AgentView
         * @description A role, its workers, and the model these ask first; the other fields of a model are null without one.
         */
        AgentView: {
            /**
             * Busy
             * @description orders these workers hold right now, in all their roles
             */
            busy: number;
            /**
             * Doing
             * @description orders that this role works on right now, at most 20, oldest first; none while the database does not answer
             */
            doing: components["schemas"]["DoingView"][];
            /**
             * Ends
             * @description the day its vendor retires it, if known
             */
            ends: string | null;
            /**
             * Fallbacks
             * @description what takes over when the model does not answer, in order
             */
            fallbacks: components["schemas"]["ModelView"][];
            health: components["schemas"]["ModelHealthView"] | null;
            /** Local */
            local: boolean | null;
            /**
             * Model
             * @description null when nobody works in this role, or it needs no model
             */
            model: string | null;
            /** @description null: it is not, or the database does not answer */
            paused: components["schemas"]["PauseView"] | null;
            /** @description null when nobody knows it */
            price: components["schemas"]["PriceView"] | null;
            /** Provider */
            provider: string | null;
            /**
             * Reason
             * @example 2 at work
             */
            reason: string;
            role: components["schemas"]["Role"];
            /** @description of the workers */
            status: components["schemas"]["Health"];
            /**
             * Waiting
             * @description orders queued for this role; 0 while the database does not answer
             */
            waiting: number;
            /**
             * Weak
             * @description True for a model that is known to be weak, like the starter model
             */
            weak: boolean | null;
            /** @description today and the six days before; null as `work` */
            week: components["schemas"]["WorkView"] | null;
            /** @description today, in the budget's time zone; null while the database does not answer */
            work: components["schemas"]["WorkView"] | null;
            /** Workers */
            workers: number;
        };
        /**
         * AlertPage
         * @description Alerts, newest first.
         */
        AlertPage: {
            /** Items */
            items: components["schemas"]["AlertView"][];
            /**
             * Next Cursor
             * @description pass as `cursor` for the next page; null on the last
             */
            next_cursor: string | null;
            /**
             * Partial
             * @description True while PostgreSQL is away: only what this host raised in the meantime.
             * @default false
             */
            partial?: boolean;
        };
        /**
         * AlertView
         * @description One thing to know.
         */
        AlertView: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * Details
             * @description by kind; dollars are exact text like `0.042`, null for a limit that there is not
             */
            details: {
                [key: string]: unknown;
            };
            /** Id */
            id: string;
            /**
             * Key
             * @description what it tells of; the same is told once
             * @example budget.warning:company:2026-11-22:10
             */
            key: string;
            /**
             * Kind
             * @example budget.warning
             */
            kind: string;
            severity: components["schemas"]["Severity"];
            /**
             * Text
             * @description one line, in English
             */
            text: string;
        };
        /**
         * ApproveParams
         * @description Parameters of `order.approve`.
         */
        ApproveParams: {
            /** Order Id */
            order_id: string;
            /**
             * @description another of the tiers that were offered
             * @default null
             */
            tier?: components["schemas"]["Tier"] | null;
        };
        /**
         * AttachmentIn
         * @description Something that comes with a message besides its words.
         */
        AttachmentIn: {
            /**
             * Data
             * @description the file in base64
             * @example SGVsbG8=
             */
            data: string;
            /** @description `image`: JPEG, PNG, WebP or GIF. `document`: a text file, UTF-8, or UTF-16 with a byte order mark. `audio`: Ogg, MP3, M4A, WAV, WebM or FLAC; its words become the message's. */
            kind: components["schemas"]["AttachmentKind"];
            /**
             * Media Type
             * @description what you take it for; what it is, its bytes decide
             * @default null
             */
            media_type?: string | null;
            /**
             * Name
             * @description the file's name; models are told a document's
             * @default null
             */
            name?: string | null;
        };
        /**
         * AttachmentKind
         * @description What came with a message besides its words.
         * @enum {string}
         */
        AttachmentKind: "image" | "audio" | "document";
        /**
         * AttachmentView
         * @description Something that came with the message; GET …/attachments/{n} has what is in it.
         */
        AttachmentView: {
            kind: components["schemas"]["AttachmentKind"];
            /** Media Type */
            media_type: string;
            /**
             * N
             * @description 1 for the first
             */
            n: number;
            /** Name */
            name: string | null;
            /**
             * Sha256
             * @description of what is kept
             */
            sha256: string;
            /**
             * Size
             * @description bytes, as kept
             */
            size: number;
        };
        /**
         * AttemptStatus
         * @description How one try ended.
         * @enum {string}
         */
        AttemptStatus: "running" | "passed" | "rejected" | "error" | "abandoned";
        /**
         * AttemptView
         * @description One employee's try.
         */
        AttemptView: {
            /** Answer */
            answer: string | null;
            /** Error */
            error: string | null;
            /**
             * Feedback
             * @description the failed checks of the try before, as it was given them
             */
            feedback: string[];
            /** Finished At */
            finished_at: string | null;
            /** Id */
            id: string;
            /** Model */
            model: string;
            /** N */
            n: number;
            /** Provider */
            provider: string;
            role: components["schemas"]["Role"];
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            status: components["schemas"]["AttemptStatus"];
        };
        /**
         * AuditPage
         * @description What was done, newest first.
         */
        AuditPage: {
            /** Items */
            items: components["schemas"]["AuditView"][];
            /**
             * Next Cursor
             * @description pass as `cursor` for the next page; null on the last
             */
            next_cursor: string | null;
            /**
             * Partial
             * @description True while PostgreSQL is away: only what this host noted in the meantime.
             * @default false
             */
            partial?: boolean;
        };
        /**
         * AuditView
         * @description One thing that somebody did.
         */
        AuditView: {
            /**
             * Action
             * @example order.cancelled
             */
            action: string;
            /**
             * Actor
             * @description a sender, or a part of the company
             * @example owner
             */
            actor: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Details */
            details: {
                [key: string]: unknown;
            };
            /** Id */
            id: string;
            /** Order Id */
            order_id: string | null;
            /** Session Id */
            session_id: string | null;
            /**
             * Status
             * @example done
             */
            status: string;
        };
        /**
         * BrowserSessionView
         * @description Who one is.
         */
        BrowserSessionView: {
            /**
             * Expires At
             * @description when it ends if it is not used again; null for what does not end by itself
             */
            expires_at: string | null;
            /** @description the owner may do everything, a viewer only read */
            role: components["schemas"]["AccessRole"];
            /**
             * Via
             * @description `local`: there is no secret, this machine needs no sign-in; `session`: signed in with a cookie
             * @enum {string}
             */
            via: "local" | "secret" | "token" | "ticket" | "session";
        };
        /**
         * BudgetView
         * @description The budget as it stands.
         */
        BudgetView: {
            /**
             * Ask Above Usd
             * @description a try that will cost more than about this asks first
             */
            ask_above_usd: number | null;
            freeze: components["schemas"]["FreezeView"];
            /**
             * Order Limit Usd
             * @description most that one order may cost before it asks
             */
            order_limit_usd: number | null;
            /** Windows */
            windows: components["schemas"]["WindowView"][];
        };
        /**
         * By
         * @description What the figures are told apart by.
         * @enum {string}
         */
        By: "role" | "model";
        /**
         * CachedTokens
         * @description Of the tokens read, those from a provider's cache.
         */
        CachedTokens: {
            /** Cached Tokens */
            cached_tokens: number;
        };
        /**
         * CallStatus
         * @description What is known of one model call. `in_doubt` may have been paid: its worst case counts as its cost.
         * @enum {string}
         */
        CallStatus: "started" | "recorded" | "failed" | "in_doubt";
        /**
         * CallSums
         * @description Model calls added up. Every call counts by the moment it began.
         */
        CallSums: {
            /** By Status */
            by_status: {
                [key: string]: number;
            };
            /** Cache Read Tokens */
            cache_read_tokens: number;
            /** Cache Write Tokens */
            cache_write_tokens: number;
            /** Calls */
            calls: number;
            /**
             * Cost Usd
             * @description dollars of the calls with a known price, those in doubt included
             */
            cost_usd: number;
            /**
             * In Doubt Usd
             * @description the part of cost_usd that is in doubt, at its worst case
             */
            in_doubt_usd: number;
            /**
             * Input Tokens
             * @description fresh ones, without those of the cache
             */
            input_tokens: number;
            /** Output Tokens */
            output_tokens: number;
            /**
             * Reserved Usd
             * @description worst case of the calls that run, not in cost_usd
             */
            reserved_usd: number;
            /**
             * Unpriced Calls
             * @description calls whose price is not known; they are in no sum of dollars
             */
            unpriced_calls: number;
        };
        /**
         * CancelParams
         * @description Parameters of `order.cancel`.
         */
        CancelParams: {
            /** Order Id */
            order_id: string;
        };
        /**
         * Channel
         * @description The door a message came in by.
         * @enum {string}
         */
        Channel: "rest" | "websocket" | "cli" | "openai" | "telegram";
        /**
         * ChatCompletion
         * @description An answer in one piece.
         */
        ChatCompletion: {
            /** Choices */
            choices: components["schemas"]["Choice"][];
            /**
             * Created
             * @description when the order was accepted, in seconds since 1970
             */
            created: number;
            /**
             * Id
             * @example chatcmpl-WO-01JD0Z7M2T9V6Q4B8X3N5K1YHR
             */
            id: string;
            /** Model */
            model: string;
            nexus: components["schemas"]["Extension"];
            /**
             * Object
             * @default chat.completion
             * @constant
             */
            object?: "chat.completion";
            usage: components["schemas"]["CompletionUsage"];
        };
        /**
         * ChatCompletionRequest
         * @description The body of POST /v1/chat/completions. Fields that are not named here are ignored, as are temperature, top_p,
         *     max_tokens, max_completion_tokens, stop, seed, penalties and user: the company decides how it works.
         * @example {
         *       "messages": [
         *         {
         *           "content": "What is the capital of France?",
         *           "role": "user"
         *         }
         *       ],
         *       "model": "nexus"
         *     }
         */
        ChatCompletionRequest: {
            /**
             * @description auto or none; anything else is refused
             * @default null
             */
            function_call?: components["schemas"]["JsonValue"];
            /**
             * Logprobs
             * @description refused when true
             * @default null
             */
            logprobs?: boolean | null;
            /** Messages */
            messages: components["schemas"]["WireMessage"][];
            /**
             * Modalities
             * @description text; anything else is refused
             * @default null
             */
            modalities?: string[] | null;
            /**
             * Model
             * @description nexus, or nexus-intern, nexus-director, nexus-ceo to say who does it
             * @example nexus
             */
            model: string;
            /**
             * N
             * @description 1 at most
             * @default null
             */
            n?: number | null;
            /**
             * @description `text`, `json_object` or `json_schema`; QA holds the answer to it before delivery
             * @default null
             */
            response_format?: components["schemas"]["JsonValue"];
            /**
             * Stream
             * @default null
             */
            stream?: boolean | null;
            /** @default null */
            stream_options?: components["schemas"]["StreamOptions"] | null;
            /**
             * @description auto or none; anything else is refused
             * @default null
             */
            tool_choice?: components["schemas"]["JsonValue"];
            /**
             * @description ignored, unless `tool_choice` demands one: refused
             * @default null
             */
            tools?: components["schemas"]["JsonValue"];
            /**
             * Top Logprobs
             * @description refused unless 0
             * @default null
             */
            top_logprobs?: number | null;
        };
        /**
         * ChatReply
         * @description The state of an order, and the answer once there is one.
         */
        ChatReply: {
            /**
             * Content
             * @description the answer, or the question asked back
             */
            content?: string | null;
            /**
             * @description `primary`: in the database. `local`: PostgreSQL is away, so it is on the disk of the host that took it, is worked on there, and moves to PostgreSQL when that is back.
             * @default primary
             */
            durability?: components["schemas"]["Durability"];
            /** @description the question, while the order is `held` */
            hold?: components["schemas"]["HoldView"] | null;
            /**
             * Order Id
             * @example WO-01JD0Z7M2T9V6Q4B8X3N5K1YHR
             */
            order_id: string;
            /**
             * Reason
             * @description why the order failed or was declined, if it was
             */
            reason?: string | null;
            receipt?: components["schemas"]["ReceiptView"] | null;
            /**
             * Receipt Text
             * @description the receipt in one line
             */
            receipt_text?: string | null;
            /**
             * Session Id
             * @example sess-01JD0Z7M2TB4W1S6E8R9P2C3DF
             */
            session_id: string;
            status: components["schemas"]["Status"];
            /**
             * Url
             * @description where the order is read
             * @example /api/work-orders/WO-01JD0Z7M2T…
             */
            url: string;
        };
        /**
         * ChatRequest
         * @description The body of POST /api/chat.
         * @example {
         *       "content": "What is the capital of France?",
         *       "wait": 60
         *     }
         */
        ChatRequest: {
            /**
             * Attachments
             * @description Pictures, voice messages and documents that belong to the message. Pictures are kept upright, at most 1,568 pixels a side and without metadata; documents are text for the model, and no instructions.
             * @default []
             */
            attachments?: components["schemas"]["AttachmentIn"][];
            /**
             * Budget Usd
             * @description Most that this order may cost before it asks, in US dollars; absent: BUDGET_ORDER_USD.
             * @default null
             * @example 0.25
             */
            budget_usd?: number | string | null;
            /**
             * Channel
             * @description The door it really came in by; for NEXUS's own interfaces.
             * @default rest
             * @enum {string}
             */
            channel?: "rest" | "telegram";
            /**
             * Content
             * @description What you want done. `message` is accepted as another name of this field. May be left out or empty when there are attachments.
             * @default
             * @example What is the capital of France?
             */
            content?: string;
            /**
             * Qa
             * @description Your own acceptance spec, as in qa/specs, without `command`. The answer must pass it, and the basics (not empty, complete, no leaked secret), before you see it.
             * @default null
             * @example {
             *       "completeness": {
             *         "required_substrings": [
             *           "Paris"
             *         ]
             *       },
             *       "name": "short"
             *     }
             */
            qa?: {
                [key: string]: components["schemas"]["JsonValue"];
            } | null;
            /**
             * Session Id
             * @description The conversation this belongs to, from an earlier reply; absent starts a new one.
             * @default null
             */
            session_id?: string | null;
            /**
             * @description Your explicit wish for who does it; absent lets the Admin decide.
             * @default null
             */
            tier?: components["schemas"]["Tier"] | null;
            /**
             * Wait
             * @description Seconds to wait for the answer; 0 answers at once with 202.
             * @default 0
             */
            wait?: number;
        } | unknown | unknown;
        /**
         * CheckView
         * @description One check with its evidence.
         */
        CheckView: {
            /** Evidence */
            evidence: string;
            /** Name */
            name: string;
            /** Status */
            status: string;
        };
        /**
         * Choice
         * @description The one answer.
         */
        Choice: {
            /**
             * Finish Reason
             * @default stop
             * @constant
             */
            finish_reason?: "stop";
            /**
             * Index
             * @default 0
             */
            index?: number;
            /** Logprobs */
            logprobs?: null;
            message: components["schemas"]["CompletionMessage"];
        };
        /**
         * CompanyChange
         * @description The newest thing that happened to an order, without its content.
         */
        CompanyChange: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * Event
             * @description what happened
             * @example order.delivered
             */
            event: string;
            /** Order Id */
            order_id: string;
            /**
             * Seq
             * @description the event's number in its session; null: it has none yet
             */
            seq: number | null;
            /** Session Id */
            session_id: string;
            /** @description where the order stands now */
            status: components["schemas"]["Status"];
        };
        /**
         * CompanyChanges
         * @description What changed since the frame before. It says where to look again; what was missed is not sent again.
         */
        CompanyChanges: {
            /**
             * Changes
             * @description 200 at most, the oldest first, one an order
             */
            changes: components["schemas"]["CompanyChange"][];
            /**
             * More
             * @description True: more has changed than stands here, so read everything that is shown again
             */
            more: boolean;
        };
        /**
         * CompanyFrame
         * @description Something happened in the company, in any session; one each 250 ms at most, after `company.subscribe`.
         */
        CompanyFrame: {
            /**
             * Event
             * @default company.changed
             * @constant
             */
            event?: "company.changed";
            payload: components["schemas"]["CompanyChanges"];
            /**
             * Seq
             * @default null
             */
            seq?: null;
            /**
             * Type
             * @default event
             * @constant
             */
            type?: "event";
        };
        /**
         * CompanyParams
         * @description Parameters of `company.subscribe`: none. Asked again it changes nothing.
         */
        CompanyParams: Record<string, never>;
        /**
         * CompletionMessage
         * @description The company's answer.
         */
        CompletionMessage: {
            /** Content */
            content: string;
            /** Refusal */
            refusal?: string | null;
            /**
             * Role
             * @default assistant
             * @constant
             */
            role?: "assistant";
        };
        /**
         * CompletionUsage
         * @description Tokens of all the order's calls, tries that QA refused included.
         */
        CompletionUsage: {
            /**
             * Completion Tokens
             * @default 0
             */
            completion_tokens?: number;
            /**
             * Prompt Tokens
             * @default 0
             */
            prompt_tokens?: number;
            /**
             * @default {
             *       "cached_tokens": 0
             *     }
             */
            prompt_tokens_details?: components["schemas"]["CachedTokens"];
            /**
             * Total Tokens
             * @default 0
             */
            total_tokens?: number;
        };
        /**
         * Component
         * @description One part of the company.
         */
        Component: {
            /**
             * Modes
             * @description of `database`, with PostgreSQL: this host's newest changes of mode, newest first
             */
            modes?: components["schemas"]["ModeView"][] | null;
            /**
             * Reason
             * @example 2 open orders
             */
            reason: string;
            status: components["schemas"]["Health"];
        };
        /**
         * DaySums
         * @description One day's calls, in the budget's time zone.
         */
        DaySums: {
            /** By Status */
            by_status: {
                [key: string]: number;
            };
            /** Cache Read Tokens */
            cache_read_tokens: number;
            /** Cache Write Tokens */
            cache_write_tokens: number;
            /** Calls */
            calls: number;
            /**
             * Cost Usd
             * @description dollars of the calls with a known price, those in doubt included
             */
            cost_usd: number;
            /**
             * Day
             * Format: date
             */
            day: string;
            /**
             * In Doubt Usd
             * @description the part of cost_usd that is in doubt, at its worst case
             */
            in_doubt_usd: number;
            /**
             * Input Tokens
             * @description fresh ones, without those of the cache
             */
            input_tokens: number;
            /** Output Tokens */
            output_tokens: number;
            /**
             * Reserved Usd
             * @description worst case of the calls that run, not in cost_usd
             */
            reserved_usd: number;
            /**
             * Unpriced Calls
             * @description calls whose price is not known; they are in no sum of dollars
             */
            unpriced_calls: number;
        };
        /**
         * Difficulty
         * @description How hard the Admin judges a message to be.
         * @enum {string}
         */
        Difficulty: "trivial" | "normal" | "complex";
        /**
         * DoingView
         * @description An order that a role works on at this moment.
         */
        DoingView: {
            /**
             * Order Id
             * @example WO-01JD0Z7M2T9V6Q4B8X3N5K1YHR
             */
            order_id: string;
            /** Session Id */
            session_id: string;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /**
             * Title
             * @description how the message begins, at most 80 characters
             */
            title: string;
            /**
             * Url
             * @description where the order is read
             * @example /api/work-orders/WO-01JD0Z7M2T…
             */
            url: string;
        };
        /** @description US dollars per million tokens */
        Dollars: number;
        /**
         * Durability
         * @description Which store holds an order: the one for all hosts, or, while PostgreSQL is away, this host's spool.
         * @enum {string}
         */
        Durability: "primary" | "local";
        /**
         * EndedSessionsView
         * @description How many browsers were signed in.
         */
        EndedSessionsView: {
            /** Ended */
            ended: number;
        };
        /**
         * ErrorBody
         * @description Why a request was not served. `code` is the slug of the problem that HTTP would report.
         */
        ErrorBody: {
            /** Code */
            code: string;
            /**
             * Errors
             * @default []
             */
            errors?: components["schemas"]["FieldError"][];
            /** Message */
            message: string;
        };
        /**
         * EventFrame
         * @description Something that happened in a followed session.
         */
        EventFrame: {
            /** Event */
            event: string;
            /** Payload */
            payload: {
                [key: string]: unknown;
            };
            /**
             * Seq
             * @description the event's number in its session; null: a preview, the event comes again with its number
             */
            seq: number | null;
            /**
             * Type
             * @default event
             * @constant
             */
            type?: "event";
        };
        /**
         * EventView
         * @description One event of a session.
         */
        EventView: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Payload */
            payload: {
                [key: string]: unknown;
            };
            /** Seq */
            seq: number;
            /**
             * Type
             * @example order.delivered
             */
            type: string;
        };
        /**
         * Extension
         * @description The order behind a completion.
         */
        Extension: {
            /**
             * Held
             * @description True: the text asks whether it may cost that much; say so at `url`
             */
            held: boolean;
            /** Order Id */
            order_id: string;
            receipt?: components["schemas"]["ReceiptView"] | null;
            /**
             * Receipt Text
             * @description the receipt in one line
             */
            receipt_text?: string | null;
            /** Session Id */
            session_id: string;
            status: components["schemas"]["Status"];
            /** Url */
            url: string;
        };
        /**
         * FieldError
         * @description One field that is wrong, and how.
         */
        FieldError: {
            /** Field */
            field: string;
            /** Message */
            message: string;
        };
        /**
         * FreezeView
         * @description Whether paid calls are frozen, and who said so.
         */
        FreezeView: {
            /** By */
            by?: string | null;
            /** Frozen */
            frozen: boolean;
            /** Reason */
            reason?: string | null;
            /** Since */
            since?: string | null;
        };
        /**
         * GroupSeries
         * @description What a role or a model did. Calls count by when they began, the rest by when its order arrived.
         */
        GroupSeries: {
            /** Calls */
            calls: number[];
            /**
             * Ceo Cost Usd
             * @description what the CEO's model would have charged for the tokens of the calls of which that is known
             */
            ceo_cost_usd: number[];
            /** Cost Usd */
            cost_usd: number[];
            /**
             * Escalated
             * @description of these, those that a higher tier worked on too
             */
            escalated: number[];
            /**
             * Input Tokens
             * @description fresh ones, without those of the cache
             */
            input_tokens: number[];
            /** Model */
            model: string | null;
            /**
             * Name
             * @description the role, or provider/model
             * @example intern
             */
            name: string;
            /** Output Tokens */
            output_tokens: number[];
            /**
             * P50 Ms
             * @description of calls that were answered; null where there was none
             */
            p50_ms: (number | null)[];
            /** P95 Ms */
            p95_ms: (number | null)[];
            /**
             * Passed
             * @description of these, those that passed
             */
            passed: number[];
            /** Provider */
            provider: string | null;
            role: components["schemas"]["Role"] | null;
            /**
             * Tried
             * @description orders worked on
             */
            tried: number[];
            /**
             * Verdicts
             * @description answers that QA judged
             */
            verdicts: number[];
        };
        /**
         * Health
         * @description How a component is, from best to worst.
         * @enum {string}
         */
        Health: "healthy" | "unknown" | "degraded" | "critical";
        /**
         * HealthChangeView
         * @description A part of the company was found in another status than before.
         */
        HealthChangeView: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * Component
             * @description as GET /api/health/detailed names it
             * @example workers.ceo
             */
            component: string;
            /**
             * Host
             * @description the host whose process saw it
             */
            host: string;
            /** Id */
            id: string;
            /**
             * Reason
             * @description as it was then
             * @example nobody works in this role: its orders wait
             */
            reason: string;
            /** @description from then on; `unknown` also for a part that is not there any more, like a bot that was stopped */
            status: components["schemas"]["Health"];
        };
        /**
         * HealthHistory
         * @description Changes, newest first.
         */
        HealthHistory: {
            /** Items */
            items: components["schemas"]["HealthChangeView"][];
            /**
             * Next Cursor
             * @description pass as `cursor` for the next page; null on the last
             */
            next_cursor: string | null;
            /**
             * Since
             * @description the history begins here; null while nobody has looked yet
             */
            since: string | null;
        };
        /**
         * HealthReport
         * @description Every part, and the worst of them as the whole's status.
         */
        HealthReport: {
            /**
             * Components
             * @description `gateway`, `database`, `redis`, `models`, `budget`, `telegram` and `heartbeat` if there are, and `workers.<role>` for each role; `voice`, where a worker tells who turns voice messages into words; `sandbox`, where a worker tells where code in answers is run; `router`, where one chooses tiers by it
             */
            components: {
                [key: string]: components["schemas"]["Component"];
            };
            status: components["schemas"]["Health"];
            /**
             * Version
             * @default 0.1.0
             */
            version?: string;
        };
        /**
         * HoldOptionView
         * @description One way in which a held order can go on.
         */
        HoldOptionView: {
            /**
             * About Usd
             * @description what such a try costs as a rule, in US dollars
             */
            about_usd: number;
            /**
             * At Most Usd
             * @description what it can cost, in US dollars
             */
            at_most_usd: number;
            /** Model */
            model: string;
            role: components["schemas"]["Role"];
        };
        /**
         * HoldView
         * @description Why an order waits for you, and what you can choose: POST …/approve, or …/cancel.
         */
        HoldView: {
            /** Options */
            options: components["schemas"]["HoldOptionView"][];
            /** Question */
            question: string;
        };
        JsonValue: unknown;
        /**
         * LatencyView
         * @description Milliseconds by nearest rank; null when there is nothing to measure.
         */
        LatencyView: {
            /** P50 Ms */
            p50_ms: number | null;
            /** P95 Ms */
            p95_ms: number | null;
        };
        /**
         * LimitSource
         * @description Who says what the limit is: the setting, or somebody who changed it while the company runs.
         */
        LimitSource: {
            /**
             * At
             * @description when; null for the setting
             */
            at: string | null;
            /**
             * By
             * @description who set it; null for the setting
             * @example owner
             */
            by: string | null;
            /**
             * Kind
             * @enum {string}
             */
            kind: "setting" | "set";
        };
        /**
         * LimitView
         * @description A limit as it holds from now on.
         */
        LimitView: {
            /**
             * Kind
             * @enum {string}
             */
            kind: "day" | "month";
            limit_from: components["schemas"]["LimitSource"];
            /**
             * Limit Usd
             * @description US dollars; null means no limit
             */
            limit_usd: number | null;
            /**
             * Scope
             * @description `company`, or a role
             * @example company
             */
            scope: string;
        };
        /**
         * Liveness
         * @description The gateway answers.
         */
        Liveness: {
            /**
             * Status
             * @default ok
             * @constant
             */
            status?: "ok";
            /**
             * Version
             * @default 0.1.0
             */
            version?: string;
        };
        /**
         * MessageView
         * @description One message.
         */
        MessageView: {
            /** Content */
            content: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Id */
            id: string;
            /** Order Id */
            order_id: string;
            /**
             * Role
             * @description user or assistant
             */
            role: string;
            /**
             * Url
             * @description where its order is read
             */
            url: string;
        };
        /**
         * Metrics
         * @description A period in numbers. Calls count by when they began, orders by when they arrived.
         */
        Metrics: {
            /**
             * By Day
             * @description days with calls, in order
             */
            by_day: components["schemas"]["DaySums"][];
            /**
             * By Model
             * @description the dearest first
             */
            by_model: components["schemas"]["ModelSums"][];
            /** By Role */
            by_role: components["schemas"]["RoleSums"][];
            /** @description of calls that were answered */
            call_latency: components["schemas"]["LatencyView"];
            /**
             * Ends At
             * Format: date-time
             * @description excluded
             */
            ends_at: string;
            /**
             * First Day
             * Format: date
             */
            first_day: string;
            /**
             * Last Day
             * Format: date
             */
            last_day: string;
            /** @description of delivered orders, from acceptance to delivery */
            order_latency: components["schemas"]["LatencyView"];
            orders: components["schemas"]["OrderSums"];
            /**
             * Partial
             * @description True while PostgreSQL is away or this host's spool is not replayed yet: then something is missing.
             */
            partial: boolean;
            period: components["schemas"]["Span"];
            qa: components["schemas"]["QaSums"];
            savings: components["schemas"]["SavingsView"];
            /**
             * Starts At
             * Format: date-time
             */
            starts_at: string;
            /**
             * Timezone
             * @description where its days begin
             * @example UTC
             */
            timezone: string;
            totals: components["schemas"]["CallSums"];
        };
        /**
         * MetricsSeries
         * @description A period over time. Every list is as long as `starts`; the buckets add up to `GET /api/metrics` of the period.
         */
        MetricsSeries: {
            by: components["schemas"]["By"];
            /**
             * Ends At
             * Format: date-time
             * @description when the last bucket is over
             */
            ends_at: string;
            /**
             * Groups
             * @description roles from the front desk up, or models by name
             */
            groups: components["schemas"]["GroupSeries"][];
            orders: components["schemas"]["OrderSeries"];
            /**
             * Partial
             * @description True while PostgreSQL is away or this host's spool is not replayed yet: then something is missing.
             */
            partial: boolean;
            period: components["schemas"]["SeriesSpan"];
            /**
             * Starts
             * @description when each bucket begins, up to now; the last is not over yet
             */
            starts: string[];
            /**
             * Timezone
             * @description where its days begin
             * @example UTC
             */
            timezone: string;
            unit: components["schemas"]["Unit"];
        };
        /**
         * Mode
         * @description Where new orders go.
         * @enum {string}
         */
        Mode: "primary" | "local" | "returning";
        /**
         * Model
         * @description A name that can be asked.
         */
        Model: {
            /** Created */
            created: number;
            /**
             * Id
             * @example nexus
             */
            id: string;
            /**
             * Object
             * @default model
             * @constant
             */
            object?: "model";
            /**
             * Owned By
             * @default nexus
             * @constant
             */
            owned_by?: "nexus";
        };
        /**
         * ModelCallView
         * @description A row of the ledger, without the prompt's text.
         */
        ModelCallView: {
            /** Attempt Id */
            attempt_id: string | null;
            /**
             * Ceo Usd
             * @description what the CEO's model would have charged for the same tokens
             */
            ceo_usd: number | null;
            /** Cost Usd */
            cost_usd: number | null;
            /** Error */
            error: string | null;
            /** Finish Reason */
            finish_reason: string | null;
            /** Finished At */
            finished_at: string | null;
            /** Id */
            id: string;
            /** Latency Ms */
            latency_ms: number | null;
            /** Model */
            model: string;
            /** Prompt Hash */
            prompt_hash: string;
            /** Provider */
            provider: string;
            /** Purpose */
            purpose: string;
            /** Request Id */
            request_id: string | null;
            role: components["schemas"]["Role"];
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            status: components["schemas"]["CallStatus"];
            usage: components["schemas"]["UsageView"];
            /** Worst Case Usd */
            worst_case_usd: number | null;
        };
        /**
         * ModelHealthView
         * @description What the newest probe found; `unknown` until there was one.
         */
        ModelHealthView: {
            /** Checked At */
            checked_at: string | null;
            /**
             * Detail
             * @description one line, with the fix if there is something to fix
             * @example ANTHROPIC_API_KEY is refused (401): set a valid key.
             */
            detail: string;
            status: components["schemas"]["Health"];
        };
        /**
         * ModelList
         * @description All of them.
         */
        ModelList: {
            /** Data */
            data: components["schemas"]["Model"][];
            /**
             * Object
             * @default list
             * @constant
             */
            object?: "list";
        };
        /**
         * ModelSums
         * @description One model's calls.
         */
        ModelSums: {
            /** By Status */
            by_status: {
                [key: string]: number;
            };
            /** Cache Read Tokens */
            cache_read_tokens: number;
            /** Cache Write Tokens */
            cache_write_tokens: number;
            /** Calls */
            calls: number;
            /**
             * Cost Usd
             * @description dollars of the calls with a known price, those in doubt included
             */
            cost_usd: number;
            /**
             * In Doubt Usd
             * @description the part of cost_usd that is in doubt, at its worst case
             */
            in_doubt_usd: number;
            /**
             * Input Tokens
             * @description fresh ones, without those of the cache
             */
            input_tokens: number;
            /** Model */
            model: string;
            /** Output Tokens */
            output_tokens: number;
            /** Provider */
            provider: string;
            /**
             * Reserved Usd
             * @description worst case of the calls that run, not in cost_usd
             */
            reserved_usd: number;
            /**
             * Unpriced Calls
             * @description calls whose price is not known; they are in no sum of dollars
             */
            unpriced_calls: number;
        };
        /**
         * ModelView
         * @description A model of a role.
         */
        ModelView: {
            /**
             * Ends
             * @description the day its vendor retires it, if known
             * @example 2027-04-01
             */
            ends: string | null;
            health: components["schemas"]["ModelHealthView"];
            /**
             * Local
             * @description True when it runs on the owner's machine and costs nothing
             */
            local: boolean;
            /**
             * Model
             * @example claude-opus-4-6
             */
            model: string;
            /** @description null when nobody knows it */
            price: components["schemas"]["PriceView"] | null;
            /**
             * Provider
             * @example anthropic
             */
            provider: string;
            /**
             * Weak
             * @description True for a model that is known to be weak, like the starter model
             */
            weak: boolean;
        };
        /**
         * ModeView
         * @description One change of the store that this host accepts into.
         */
        ModeView: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            mode: components["schemas"]["Mode"];
            /** Reason */
            reason: string;
        };
        /**
         * NewTokenView
         * @description A token that was just made.
         */
        NewTokenView: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Created By
             * @example operator:anna
             */
            created_by: string;
            /**
             * Current
             * @description true for the token or browser that asks
             */
            current: boolean;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /**
             * Id
             * @description the token's `jti`
             */
            id: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "token" | "browser";
            /**
             * Name
             * @description `@browser` for a browser
             * @example phone
             */
            name: string;
            /**
             * Opens
             * @description false once it is over or revoked, or the token that it was made by is
             */
            opens: boolean;
            /** Revoked At */
            revoked_at: string | null;
            role: components["schemas"]["AccessRole"];
            /**
             * Token
             * @description the token itself, said this once and kept nowhere
             */
            token: string;
        };
        /**
         * OpenAIError
         * @description The document of an error under /v1.
         */
        OpenAIError: {
            error: components["schemas"]["OpenAIErrorBody"];
        };
        /**
         * OpenAIErrorBody
         * @description What went wrong.
         */
        OpenAIErrorBody: {
            /**
             * Code
             * @example invalid_api_key
             */
            code?: string | null;
            /** Message */
            message: string;
            /**
             * Param
             * @description the field that is wrong, if it is one
             */
            param?: string | null;
            /**
             * Type
             * @example invalid_request_error
             */
            type: string;
        };
        /**
         * OrderDetail
         * @description Everything that is known of one order.
         */
        OrderDetail: {
            /** Attachments */
            attachments: components["schemas"]["AttachmentView"][];
            /** Attempts */
            attempts: components["schemas"]["AttemptView"][];
            /** Events */
            events: components["schemas"]["EventView"][];
            /** Model Calls */
            model_calls: components["schemas"]["ModelCallView"][];
            order: components["schemas"]["OrderView"];
            receipt: components["schemas"]["ReceiptView"] | null;
            /** Receipt Text */
            receipt_text: string | null;
            /** @description null: not triaged yet, or by a version that did not store it */
            route?: components["schemas"]["RouteView"] | null;
            /** Verdicts */
            verdicts: components["schemas"]["VerdictView"][];
        };
        /**
         * OrderPage
         * @description Work orders, newest first.
         */
        OrderPage: {
            /** Items */
            items: components["schemas"]["OrderView"][];
            /**
             * Next Cursor
             * @description pass as `cursor` for the next page; null on the last
             */
            next_cursor: string | null;
            /**
             * Partial
             * @description True while PostgreSQL is away: the page holds only what this host took in the meantime.
             * @default false
             */
            partial?: boolean;
        };
        /**
         * OrderSeries
         * @description What became of the orders that arrived in each bucket, as it stands now.
         */
        OrderSeries: {
            /** Arrived */
            arrived: number[];
            /** Delivered */
            delivered: number[];
            /**
             * Escalated
             * @description those that more than one tier has worked on
             */
            escalated: number[];
            /**
             * Failed
             * @description failed, or given up as dead
             */
            failed: number[];
            /**
             * Saved Usd
             * @description of delivered orders with both amounts known; negative when the work was dearer than at the CEO
             */
            saved_usd: number[];
        };
        /**
         * OrderSums
         * @description Orders that arrived in the period.
         */
        OrderSums: {
            /** By Status */
            by_status: {
                [key: string]: number;
            };
            /**
             * Escalated
             * @description of these, those that more than one tier has worked on
             */
            escalated: number;
            /** Escalation Rate */
            escalation_rate: number | null;
            /** Total */
            total: number;
            /**
             * Tried
             * @description orders that an employee has worked on
             */
            tried: number;
        };
        /**
         * OrderView
         * @description A work order.
         */
        OrderView: {
            /**
             * Attempts
             * @description employees' tries so far
             */
            attempts: number;
            /**
             * Budget Usd
             * @description this order's own limit in US dollars; null: the company's
             */
            budget_usd: number | null;
            /** Cancel Requested At */
            cancel_requested_at: string | null;
            channel: components["schemas"]["Channel"];
            /** Content */
            content: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Deadline At
             * Format: date-time
             */
            deadline_at: string;
            difficulty: components["schemas"]["Difficulty"] | null;
            /** @description `primary`: in the database. `local`: PostgreSQL is away, so it is on the disk of the host that took it, is worked on there, and moves to PostgreSQL when that is back. */
            durability: components["schemas"]["Durability"];
            /** Failure Reason */
            failure_reason: string | null;
            /** Finished At */
            finished_at: string | null;
            /** @description the question, while the order is `held` */
            hold?: components["schemas"]["HoldView"] | null;
            /** Id */
            id: string;
            /** @description the role that holds the order, or held it last */
            owner: components["schemas"]["Role"];
            requested_tier: components["schemas"]["Role"] | null;
            /** Result */
            result: string | null;
            /**
             * Retry Of
             * @description the ended order that this one does again
             */
            retry_of: string | null;
            /** Session Id */
            session_id: string;
            status: components["schemas"]["Status"];
            /**
             * Tier Reason
             * @description why this tier, in words
             */
            tier_reason: string | null;
            /**
             * Tier Rule
             * @description the triage rule that decided
             */
            tier_rule: string | null;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Url */
            url: string;
        };
        /**
         * PauseView
         * @description That a role begins nothing new, and who said so.
         */
        PauseView: {
            /**
             * By
             * @example owner
             */
            by: string;
            /** Reason */
            reason: string | null;
            /**
             * Since
             * Format: date-time
             */
            since: string;
        };
        /**
         * PeopleView
         * @description Everybody who has written, in the order in which they first did.
         */
        PeopleView: {
            /** Items */
            items: components["schemas"]["PersonView"][];
        };
        /**
         * PersonStatus
         * @description Whether somebody may speak.
         * @enum {string}
         */
        PersonStatus: "waiting" | "paired" | "removed";
        /**
         * PersonView
         * @description Somebody who has written to the bot.
         */
        PersonView: {
            /** Code Expires At */
            code_expires_at: string | null;
            /**
             * Code Given At
             * @description when the code was shown that waits to be approved; null without one that still opens
             */
            code_given_at: string | null;
            /**
             * Decided At
             * @description when the person was let in or removed
             */
            decided_at: string | null;
            /**
             * Decided By
             * @example owner
             */
            decided_by: string | null;
            /**
             * First Seen At
             * Format: date-time
             */
            first_seen_at: string;
            /**
             * Id
             * @description Telegram's own id of the person
             */
            id: number;
            /**
             * Language
             * @description as Telegram says
             * @example zh-hans
             */
            language: string | null;
            /**
             * Name
             * @description as the person calls himself on Telegram; anybody may take any name
             */
            name: string;
            status: components["schemas"]["PersonStatus"];
        };
        /**
         * PriceView
         * @description What a model costs, in US dollars per million tokens.
         */
        PriceView: {
            cache_read: components["schemas"]["Dollars"];
            cache_write: components["schemas"]["Dollars"];
            input: components["schemas"]["Dollars"];
            output: components["schemas"]["Dollars"];
        };
        /**
         * ProbeView
         * @description A probe that was asked for.
         */
        ProbeView: {
            /**
             * Asked At
             * Format: date-time
             * @description the result is there when `health.checked_at` of GET /api/agents is later, within seconds
             */
            asked_at: string;
            role: components["schemas"]["Role"];
        };
        /**
         * ProblemDocument
         * @description RFC 9457: what every error looks like.
         */
        ProblemDocument: {
            /** Detail */
            detail: string;
            /**
             * Errors
             * @description the fields that are wrong, if any
             * @default []
             */
            errors?: components["schemas"]["FieldError"][];
            /**
             * Instance
             * @description the path that was asked for
             */
            instance: string;
            /**
             * Order Id
             * @description 409 of a repeated key: the order that is worked on
             * @default null
             */
            order_id?: string | null;
            /**
             * Request Id
             * @description the response's X-Request-ID, as the log has it
             */
            request_id: string | null;
            /**
             * Session Id
             * @description 409 of a repeated key: its conversation
             * @default null
             */
            session_id?: string | null;
            /** Status */
            status: number;
            /** Title */
            title: string;
            /**
             * Type
             * @example urn:nexus:problem:not-found
             */
            type: string;
            /**
             * Url
             * @description 409: where the order is read
             * @default null
             */
            url?: string | null;
        };
        /**
         * QaSums
         * @description QA's verdicts on the answers to the period's orders.
         */
        QaSums: {
            /** Pass Rate */
            pass_rate: number | null;
            /** Passed */
            passed: number;
            /** Verdicts */
            verdicts: number;
        };
        /**
         * Readiness
         * @description Messages can be accepted.
         */
        Readiness: {
            /**
             * Status
             * @default ready
             * @constant
             */
            status?: "ready";
        };
        /**
         * ReceiptCheck
         * @description One check of quality assurance.
         */
        ReceiptCheck: {
            /** Evidence */
            evidence: string;
            /** Name */
            name: string;
            /**
             * Status
             * @description pass, fail or not_checked
             */
            status: string;
        };
        /**
         * ReceiptView
         * @description The receipt with its amounts as JSON numbers.
         */
        ReceiptView: {
            /** Attempts */
            attempts: number;
            /**
             * Cached Tokens
             * @description of the input tokens, those that the provider read from its cache
             * @default 0
             */
            cached_tokens?: number;
            /**
             * Ceo Cost Usd
             * @description dollars that the CEO's model would have charged; null means not known
             */
            ceo_cost_usd?: number | null;
            /** Checks */
            checks: components["schemas"]["ReceiptCheck"][];
            /** Cost Usd */
            cost_usd: number | null;
            difficulty: components["schemas"]["Difficulty"] | null;
            /**
             * Equipment
             * @description the tool that answered instead of a model, which costs no tokens; null: none did
             */
            equipment?: string | null;
            /**
             * Fallbacks
             * @description models that the deciding try asked in vain before `model` answered, in order
             * @default []
             */
            fallbacks?: components["schemas"]["Unanswered"][];
            /** Input Tokens */
            input_tokens: number;
            /**
             * Local
             * @description True when the model runs on the owner's own machine
             */
            local: boolean;
            /** Model */
            model: string | null;
            /**
             * Note
             * @description what is weak about this answer, if anything
             */
            note?: string | null;
            /** Order Id */
            order_id: string;
            /** Output Tokens */
            output_tokens: number;
            /**
             * Path
             * @description the roles that tried, in order
             */
            path: components["schemas"]["Role"][];
            /**
             * Priced Usd
             * @description dollars of the calls with a known price; null on older receipts
             */
            priced_usd?: number | null;
            /** Provider */
            provider: string | null;
            /** Qa Passed */
            qa_passed: number;
            /** Qa Total */
            qa_total: number;
            /**
             * Reason
             * @description why this role, in words
             */
            reason: string;
            role: components["schemas"]["Role"];
            /**
             * Rule
             * @description the triage rule that decided
             */
            rule: string;
            /**
             * Saved Usd
             * @description ceo_cost_usd minus cost_usd, in dollars; null when either is not known
             */
            saved_usd?: number | null;
            /**
             * Seconds
             * @description from acceptance to the end
             */
            seconds: number;
        };
        /**
         * RequestFrame
         * @description What a client sends.
         */
        RequestFrame: {
            /**
             * Id
             * @description the client's own; the response carries it
             */
            id: string | number;
            /** Method */
            method: string;
            /**
             * Params
             * @default {}
             */
            params?: {
                [key: string]: unknown;
            };
            /**
             * Type
             * @constant
             */
            type: "req";
        };
        /**
         * ResponseFrame
         * @description The answer to one request.
         */
        ResponseFrame: {
            /** @default null */
            error?: components["schemas"]["ErrorBody"] | null;
            /** Id */
            id: string | number | null;
            /** Ok */
            ok: boolean;
            /**
             * Payload
             * @default null
             */
            payload?: {
                [key: string]: unknown;
            } | null;
            /**
             * Type
             * @default res
             * @constant
             */
            type?: "res";
        };
        /**
         * Role
         * @description Who may hold an order. The admin triages; the three tiers do the work.
         * @enum {string}
         */
        Role: "admin" | "intern" | "director" | "ceo";
        /**
         * RoleSums
         * @description One role's calls.
         */
        RoleSums: {
            /** By Status */
            by_status: {
                [key: string]: number;
            };
            /** Cache Read Tokens */
            cache_read_tokens: number;
            /** Cache Write Tokens */
            cache_write_tokens: number;
            /** Calls */
            calls: number;
            /**
             * Cost Usd
             * @description dollars of the calls with a known price, those in doubt included
             */
            cost_usd: number;
            /**
             * In Doubt Usd
             * @description the part of cost_usd that is in doubt, at its worst case
             */
            in_doubt_usd: number;
            /**
             * Input Tokens
             * @description fresh ones, without those of the cache
             */
            input_tokens: number;
            /** Output Tokens */
            output_tokens: number;
            /**
             * Reserved Usd
             * @description worst case of the calls that run, not in cost_usd
             */
            reserved_usd: number;
            role: components["schemas"]["Role"];
            /**
             * Unpriced Calls
             * @description calls whose price is not known; they are in no sum of dollars
             */
            unpriced_calls: number;
        };
        /**
         * RouteView
         * @description How the order's tier was chosen, by the layers of triage.
         */
        RouteView: {
            /** @description who was to try first */
            chosen: components["schemas"]["Role"];
            /**
             * Confidence
             * @description in the choice, 0 to 1
             */
            confidence: number;
            /**
             * Costs
             * @description dollars to be expected if that tier tries first
             */
            costs: {
                [key: string]: number;
            };
            /**
             * Expected Usd
             * @description dollars to be expected of the chosen way
             */
            expected_usd: number | null;
            /**
             * Explored
             * @description another tier than the best, in order to learn
             */
            explored: boolean;
            /** @description no lower tier may do it; null: no floor */
            floor: components["schemas"]["Role"] | null;
            /**
             * Latency Us
             * @description microseconds that deciding took, without any model
             */
            latency_us: number;
            /**
             * Layer
             * @description the layer that had the last word
             * @example router
             */
            layer: string;
            /**
             * Path
             * @description who was to try, in order
             */
            path: components["schemas"]["Role"][];
            /**
             * Propensity
             * @description how probable this very choice was, 0 to 1
             */
            propensity: number;
            /**
             * Reasons
             * @description in words, one a layer
             */
            reasons: string[];
            /**
             * Router Version
             * @description the router that was asked; null: none was
             */
            router_version: string | null;
            /**
             * Success
             * @description each tier's chance to get it right at once; empty: no router
             */
            success: {
                [key: string]: number;
            };
        };
        /**
         * RunPage
         * @description Runs of a tool, newest first.
         */
        RunPage: {
            /** Items */
            items: components["schemas"]["RunView"][];
            /**
             * Next Cursor
             * @description pass as `cursor` for the next page; null on the last
             */
            next_cursor: string | null;
        };
        /**
         * RunStatus
         * @description Where a run is. Only `asked` and `running` change.
         *
         *     `asked`: whoever takes it first runs it. `lost`: the process that ran it went away, or nobody took it in time.
         * @enum {string}
         */
        RunStatus: "asked" | "running" | "done" | "failed" | "timed_out" | "lost";
        /**
         * RunView
         * @description One run of a tool.
         */
        RunView: {
            /**
             * Asked At
             * @description when it was asked for; null: nobody had to take it
             */
            asked_at: string | null;
            /**
             * Attempt
             * @description 2: again, because the first was lost
             */
            attempt: number;
            /**
             * Due At
             * @description the due time it was run for; null: somebody asked
             */
            due_at: string | null;
            /**
             * Duration Ms
             * @description from its start to its end
             */
            duration_ms: number | null;
            /**
             * Exit Code
             * @description minus the signal's number when a signal ended it
             */
            exit_code: number | null;
            /** Finished At */
            finished_at: string | null;
            /**
             * Hint
             * @description why it still waits, when it should not
             */
            hint: string | null;
            /**
             * Host
             * @description the host that runs it, or has run it
             */
            host: string | null;
            /**
             * Id
             * @example 01JD0Z7M2T9V6Q4B8X3N5K1YHR
             */
            id: string;
            /**
             * Output
             * @description what it printed; in lists at most the first 2,000 characters; of a flood the middle is cut out
             */
            output: string | null;
            /**
             * Output Bytes
             * @description how much it printed
             */
            output_bytes: number | null;
            /**
             * Output Is Whole
             * @description False where a list shows only the beginning of `output`
             */
            output_is_whole: boolean;
            /** Parameters */
            parameters: {
                [key: string]: unknown;
            };
            /**
             * Place
             * @description the host it is for; empty: the whole company
             */
            place: string;
            /**
             * Started At
             * @description null until somebody runs it
             */
            started_at: string | null;
            /** @description `asked`: it waits for a process that runs tools. `lost`: the process that ran it went away, or nobody took it within an hour */
            status: components["schemas"]["RunStatus"];
            /**
             * Tell
             * @description the channel that hears of the result
             * @example telegram
             */
            tell: string | null;
            /**
             * Told At
             * @description when that channel had it
             */
            told_at: string | null;
            /** Tool */
            tool: string;
            /**
             * Triggered By
             * @description `schedule`, or who asked
             * @example owner
             */
            triggered_by: string;
        };
        /**
         * SavingsView
         * @description What the CEO's model would have charged for the delivered answers, beside what the orders cost.
         */
        SavingsView: {
            /**
             * Ceo Cost Usd
             * @description US dollars; null means not priced
             */
            ceo_cost_usd: number;
            /**
             * Cost Usd
             * @description US dollars; null means not priced
             */
            cost_usd: number;
            /**
             * Orders
             * @description delivered orders of which both amounts are known; only they are compared
             */
            orders: number;
            /**
             * Saved Usd
             * @description negative when the work was dearer than at the CEO
             */
            saved_usd: number;
        };
        /**
         * ScheduleView
         * @description When a tool comes due, in the company's time zone.
         */
        ScheduleView: {
            /**
             * Cron
             * @description what holds; null: it is run by hand
             * @example 30 3 * * *
             */
            cron: string | null;
            /**
             * Default Cron
             * @description the tool's own
             */
            default_cron: string | null;
            /**
             * In Words
             * @description null where a short phrase does not say it
             * @example every day at 03:30
             */
            in_words: string | null;
            /**
             * In Words Zh
             * @example 每天 03:30
             */
            in_words_zh: string | null;
            /** Is Paused */
            is_paused: boolean;
            /**
             * Next Due At
             * @description null: paused, by hand, or an own script that is not allowed
             */
            next_due_at: string | null;
            /**
             * Next Due Times
             * @description the next five, as if it was neither paused nor forbidden
             */
            next_due_times: string[];
            /**
             * Own Cron
             * @description what somebody has set; null: the tool's own holds
             */
            own_cron: string | null;
            /**
             * Parameters
             * @description for scheduled runs; null: the tool's defaults
             */
            parameters: {
                [key: string]: unknown;
            } | null;
            /**
             * Tell
             * @description the channel that hears of scheduled runs
             * @example telegram
             */
            tell: string | null;
            /**
             * Timezone
             * @example Europe/Berlin
             */
            timezone: string;
        };
        /** @enum {string} */
        SeriesSpan: "today" | "week" | "month";
        /**
         * SessionDetail
         * @description A conversation with its messages, oldest first.
         */
        SessionDetail: {
            /**
             * Earlier Cursor
             * @description pass as `before` for what was said before; null at the beginning
             */
            earlier_cursor: string | null;
            /** Messages */
            messages: components["schemas"]["MessageView"][];
            /**
             * Next Cursor
             * @description pass as `cursor` for what was said next; null at the end
             */
            next_cursor: string | null;
            session: components["schemas"]["SessionView"];
        };
        /**
         * SessionOrder
         * @description What comes first.
         * @enum {string}
         */
        SessionOrder: "begun" | "recent";
        /**
         * SessionPage
         * @description Conversations, in the order that was asked for.
         */
        SessionPage: {
            /** Items */
            items: components["schemas"]["SessionView"][];
            /**
             * Next Cursor
             * @description pass as `cursor` for the next page; null on the last
             */
            next_cursor: string | null;
            /**
             * Partial
             * @description True while PostgreSQL is away: only what this host took in the meantime.
             * @default false
             */
            partial?: boolean;
        };
        /**
         * SessionView
         * @description A conversation.
         */
        SessionView: {
            /** @description the door its first message came in by */
            channel: components["schemas"]["Channel"];
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Id
             * @example sess-01JD0Z7M2TB4W1S6E8R9P2C3DF
             */
            id: string;
            /** Orders */
            orders: number;
            /**
             * Title
             * @description the beginning of its first message
             */
            title: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * Severity
         * @description How much it matters: to know, to look at, or to do something about now.
         * @enum {string}
         */
        Severity: "info" | "warning" | "critical";
        /**
         * Span
         * @description What a report can be about. Days, weeks (from Monday) and months are those of the budget's time zone.
         * @enum {string}
         */
        Span: "today" | "week" | "month" | "all";
        /**
         * Status
         * @description Where an order stands.
         *
         *     queued → triaged → working → delivered | failed
         *       │         ↑ ↑       │
         *       │         │ └───────┘   retry, escalate, or a worker that died
         *       │         └→ held       it would cost too much: waits for the owner's yes
         *       └→ asked | declined     and from any open status: cancelled | dead
         * @enum {string}
         */
        Status: "queued" | "triaged" | "working" | "held" | "delivered" | "asked" | "declined" | "failed" | "cancelled" | "dead";
        /**
         * StreamOptions
         * @description How to stream.
         */
        StreamOptions: {
            /**
             * Include Usage
             * @description send a last chunk with the order's tokens
             * @default null
             */
            include_usage?: boolean | null;
        };
        /**
         * SubscribeParams
         * @description Parameters of `session.subscribe`.
         */
        SubscribeParams: {
            /**
             * After Seq
             * @description the last event you saw; 0 for all, absent for new ones only
             * @default null
             */
            after_seq?: number | null;
            /** Session Id */
            session_id: string;
        };
        /**
         * TicketView
         * @description A ticket for one WebSocket.
         */
        TicketView: {
            /**
             * Expires At
             * Format: date-time
             * @description 30 s after it was made; it opens once
             */
            expires_at: string;
            /**
             * Ticket
             * @description for the first frame's `auth`, or the subprotocol `nexus.ticket.<ticket>`; never for a URL
             * @example q0s5Z2yJmX0Tn7n5c3vCk0Gd1u5m8kzJ2m3B4c5D6e7
             */
            ticket: string;
        };
        /** @enum {string} */
        Tier: "intern" | "director" | "ceo";
        /**
         * TokenList
         * @description Tokens and browsers, the newest first.
         */
        TokenList: {
            /** Items */
            items: components["schemas"]["TokenView"][];
        };
        /**
         * TokenView
         * @description A token that was handed out, or a browser that signed in. Nothing here opens anything.
         */
        TokenView: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Created By
             * @example operator:anna
             */
            created_by: string;
            /**
             * Current
             * @description true for the token or browser that asks
             */
            current: boolean;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /**
             * Id
             * @description the token's `jti`
             */
            id: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "token" | "browser";
            /**
             * Name
             * @description `@browser` for a browser
             * @example phone
             */
            name: string;
            /**
             * Opens
             * @description false once it is over or revoked, or the token that it was made by is
             */
            opens: boolean;
            /** Revoked At */
            revoked_at: string | null;
            role: components["schemas"]["AccessRole"];
        };
        /**
         * Tools
         * @description Every tool there is.
         */
        Tools: {
            /**
             * Problem
             * @description what is wrong in equipment.toml; then only the shipped tools are there
             * @example equipment.toml: tools.greet.file: there is no file /srv/nexus/equipment/greet.py.
             */
            problem: string | null;
            /** Tools */
            tools: components["schemas"]["ToolView"][];
        };
        /**
         * ToolView
         * @description One tool.
         */
        ToolView: {
            /** Description */
            description: string;
            /** Description Zh */
            description_zh: string;
            /**
             * Is Allowed
             * @description False: a script of the owner's without EQUIPMENT_ALLOW_SCRIPTS
             */
            is_allowed: boolean;
            /** Is Own Script */
            is_own_script: boolean;
            /** @description the newest, also one that has not ended */
            last_run: components["schemas"]["RunView"] | null;
            /**
             * Name
             * @example backup
             */
            name: string;
            /**
             * Parameters
             * @description JSON Schema of an object, without references
             */
            parameters: {
                [key: string]: unknown;
            };
            /**
             * Per Host
             * @description True: a due time is run on every host; asked for, on one of them
             */
            per_host: boolean;
            schedule: components["schemas"]["ScheduleView"];
            /**
             * Timeout S
             * @description seconds after which a run is ended
             */
            timeout_s: number;
        };
        /**
         * Unanswered
         * @description A model that was asked before the one that answered.
         */
        Unanswered: {
            /** Model */
            model: string;
            /** Provider */
            provider: string;
            /**
             * Trouble
             * @description what went wrong with the call, in words
             */
            trouble: string;
        };
        /** @enum {string} */
        Unit: "hour" | "day";
        /**
         * UsageView
         * @description Tokens of one call.
         */
        UsageView: {
            /** Cache Read Tokens */
            cache_read_tokens: number;
            /** Cache Write Tokens */
            cache_write_tokens: number;
            /** Input Tokens */
            input_tokens: number;
            /** Output Tokens */
            output_tokens: number;
        };
        /**
         * VerdictView
         * @description What QA found about one attempt.
         */
        VerdictView: {
            /**
             * Attempt
             * @description the attempt's number
             */
            attempt: number;
            /** Checks */
            checks: components["schemas"]["CheckView"][];
            /** Passed */
            passed: boolean;
        };
        /**
         * WindowView
         * @description One scope in one day or month.
         */
        WindowView: {
            limit_from: components["schemas"]["LimitSource"];
            /**
             * Limit Usd
             * @description US dollars; null means no limit
             */
            limit_usd: number | null;
            /**
             * Period
             * @description a day or a month
             * @example 2026-11-22
             * @example 2026-11
             */
            period: string;
            /**
             * Reserved Usd
             * @description worst case of the calls that run now
             */
            reserved_usd: number;
            /**
             * Resets At
             * Format: date-time
             */
            resets_at: string;
            /**
             * Scope
             * @description `company`, or a role
             * @example company
             */
            scope: string;
            /**
             * Spent Usd
             * @description US dollars; null means not priced
             */
            spent_usd: number;
            /**
             * Used
             * @description share of the limit that is spent or reserved; 0 without a limit
             */
            used: number;
        };
        /**
         * WireMessage
         * @description One message of the conversation. `content` is text, or a list of parts: text, pictures and text files.
         */
        WireMessage: {
            /**
             * @description text, or a list of parts `{"type": "text", "text": …}`, `{"type": "image_url", "image_url": {"url": "data:…"}}` and `{"type": "file", "file": {"file_data": "data:…"}}`; sound is refused, and nothing is fetched
             * @default null
             * @example What is the capital of France?
             */
            content?: components["schemas"]["JsonValue"];
            /**
             * Role
             * @enum {string}
             */
            role: "system" | "developer" | "user" | "assistant" | "tool" | "function";
        };
        /**
         * WorkView
         * @description A role's work of some days. Rates are shares from 0 to 1, and null without anything to count.
         */
        WorkView: {
            /**
             * Attempts
             * @description tries that have ended, however they did
             */
            attempts: number;
            /**
             * Cost Usd
             * @description US dollars; null means not priced
             */
            cost_usd: number;
            /**
             * P50 Ms
             * @description half of the role's answered model calls took at most so long
             */
            p50_ms: number | null;
            /** P95 Ms */
            p95_ms: number | null;
            /** Qa Pass Rate */
            qa_pass_rate: number | null;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /**
             * Success Rate
             * @description of these, those whose answer was delivered
             */
            success_rate: number | null;
            /**
             * Verdicts
             * @description answers that QA has judged
             */
            verdicts: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_agents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agents"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    pause_agent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                role: components["schemas"]["Role"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * Reason
                     * @description for the audit, and for whose order waits
                     * @default
                     */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentView"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    probe_agent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                role: components["schemas"]["Role"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProbeView"];
                };
            };
            /** @description Nobody works in this role, or it needs no model */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description It was asked for less than 5 s ago */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Redis does not answer, so no worker can be asked */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    resume_agent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                role: components["schemas"]["Role"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * Reason
                     * @description for the audit, and for whose order waits
                     * @default
                     */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentView"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    list_alerts: {
        parameters: {
            query?: {
                /** @description only newer ones than this alert */
                after?: string | null;
                /** @description `next_cursor` of a page */
                cursor?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertPage"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    list_audit: {
        parameters: {
            query?: {
                action?: string | null;
                /** @description only what this one did */
                actor?: string | null;
                /** @description only what was done then or later */
                after?: string | null;
                /** @description only what was done earlier */
                before?: string | null;
                /** @description `next_cursor` of a page */
                cursor?: string | null;
                limit?: number;
                /** @description only about this order */
                order_id?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_budget: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BudgetView"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    freeze_paid_calls: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FreezeView"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    set_budget_limit: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Kind
                     * @example day
                     * @enum {string}
                     */
                    kind: "day" | "month";
                    /**
                     * Limit Usd
                     * @description US dollars; null for no limit; `setting` to go back to what the setting says
                     * @example 5
                     */
                    limit_usd: number | "setting" | null;
                    /**
                     * Scope
                     * @description `company`, or a role
                     * @example company
                     * @enum {string}
                     */
                    scope: "company" | "admin" | "intern" | "director" | "ceo";
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LimitView"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    thaw_paid_calls: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FreezeView"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    send_message: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Your own name for this message: sending it again within 24 h is then harmless. While the order is worked on, a repeat is 409 with its address (after `wait` seconds, if you wait); afterwards it is the stored reply; with another message it is 422.
                 * @example 5f2c7a9e-morning-report
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChatRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatReply"];
                };
            };
            /** @description Accepted; `Location` is where to read the order */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatReply"];
                };
            };
            /** @description This Idempotency-Key's order is being worked on; `Location` is where to read it */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nothing was accepted; `Retry-After` says when to try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    list_equipment: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tools"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_equipment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the tool's name */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolView"];
                };
            };
            /** @description There is no such tool; the detail names those there are */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    pause_equipment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the tool's name */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolView"];
                };
            };
            /** @description There is no such tool; the detail names those there are */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    resume_equipment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the tool's name */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolView"];
                };
            };
            /** @description There is no such tool; the detail names those there are */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    run_equipment: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your own name for this request: sent again within 24 h its outcome is the order that it made. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description the tool's name */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * Parameters
                     * @description those left out have their defaults
                     * @default {}
                     */
                    parameters?: {
                        [key: string]: unknown;
                    };
                    /**
                     * Tell
                     * @description the channel that hears of the result: `telegram`, or `telegram:CHAT`
                     */
                    tell?: string | null;
                    /**
                     * Wait
                     * @description seconds to wait for its end; never longer than MAX_WAIT_S
                     * @default 0
                     */
                    wait?: number;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunView"];
                };
            };
            /** @description It has not ended yet; `Location` is where to read it */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunView"];
                };
            };
            /** @description There is no such tool; the detail names those there are */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A script of your own, and these are not allowed; or five runs of the tool have not ended */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    list_equipment_runs: {
        parameters: {
            query?: {
                /** @description `next_cursor` of a page */
                cursor?: string | null;
                limit?: number;
            };
            header?: never;
            path: {
                /** @description the tool's name */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunPage"];
                };
            };
            /** @description There is no such tool; the detail names those there are */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    preview_equipment_schedule: {
        parameters: {
            query?: {
                /** @description a schedule to try; absent: the one that holds */
                cron?: string | null;
            };
            header?: never;
            path: {
                /** @description the tool's name */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScheduleView"];
                };
            };
            /** @description There is no such tool; the detail names those there are */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    schedule_equipment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the tool's name */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Cron
                     * @description minute, hour, day, month, weekday, in the company's time zone; null: the tool's own
                     * @example 30 4 * * 0
                     */
                    cron?: string | null;
                    /**
                     * Parameters
                     * @description for scheduled runs; null: the tool's defaults
                     */
                    parameters?: {
                        [key: string]: unknown;
                    } | null;
                    /**
                     * Tell
                     * @description the channel that hears of scheduled runs; null: none
                     */
                    tell?: string | null;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolView"];
                };
            };
            /** @description There is no such tool; the detail names those there are */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_equipment_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the run's id */
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunView"];
                };
            };
            /** @description There is no such run */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    health_detailed: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthReport"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    health_history: {
        parameters: {
            query?: {
                /** @description only this part */
                component?: string | null;
                /** @description `next_cursor` of a page */
                cursor?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthHistory"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_metrics: {
        parameters: {
            query?: {
                /** @description today, this week from Monday, this month, or all; see BUDGET_TIMEZONE */
                period?: components["schemas"]["Span"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Metrics"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_metrics_series: {
        parameters: {
            query?: {
                /** @description what the figures are told apart by */
                by?: components["schemas"]["By"];
                /** @description today by the hour; this week from Monday or this month by the day */
                period?: components["schemas"]["SeriesSpan"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MetricsSeries"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_browser_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BrowserSessionView"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Link
                     * @description the code of a one-time link
                     */
                    link?: string | null;
                    /**
                     * Secret
                     * @description API_SECRET, or a token
                     */
                    secret?: string | null;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BrowserSessionView"];
                };
            };
            /** @description It opens nothing, whatever is wrong with it */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many refused from this address */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    sign_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    end_browser_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndedSessionsView"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    list_sessions: {
        parameters: {
            query?: {
                /** @description `next_cursor` of a page of the same order */
                cursor?: string | null;
                limit?: number;
                /** @description `begun`: the newest conversation first; `recent`: the newest activity */
                order?: components["schemas"]["SessionOrder"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionPage"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_session: {
        parameters: {
            query?: {
                /** @description `earlier_cursor` of a page */
                before?: string | null;
                /** @description `next_cursor` of a page */
                cursor?: string | null;
                /** @description the newest messages instead of the first */
                end?: boolean;
                limit?: number;
            };
            header?: never;
            path: {
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionDetail"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    list_telegram_people: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PeopleView"];
                };
            };
            /** @description No bot has ever run for this company */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    remove_telegram_person: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonView"];
                };
            };
            /** @description Nobody is paired under this id */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description No bot has ever run for this company */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    approve_telegram_person: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Code
                     * @description what the bot has shown; small letters, blanks and dashes make no difference
                     * @example 7K3M-9XQ2
                     */
                    code: string;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonView"];
                };
            };
            /** @description The code opens nothing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description No bot has ever run for this company */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    list_tokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenList"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    create_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Days
                     * @description how long it opens
                     * @default 30
                     */
                    days?: number;
                    /**
                     * Name
                     * @description whose it is
                     * @example phone
                     */
                    name: string;
                    /**
                     * Role
                     * @description the owner may do everything, a viewer only read
                     * @default viewer
                     * @enum {string}
                     */
                    role?: "owner" | "viewer";
                };
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewTokenView"];
                };
            };
            /** @description There is no secret to sign with */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    revoke_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenView"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    list_work_orders: {
        parameters: {
            query?: {
                /** @description only orders that came in by this door */
                channel?: components["schemas"]["Channel"] | null;
                /** @description only orders accepted later */
                created_after?: string | null;
                /** @description only orders accepted earlier */
                created_before?: string | null;
                /** @description `next_cursor` of a page */
                cursor?: string | null;
                /** @description only orders judged like this */
                difficulty?: components["schemas"]["Difficulty"] | null;
                limit?: number;
                /** @description only orders this role holds or held last */
                owner?: components["schemas"]["Role"] | null;
                /** @description only orders whose message contains this, in any case (on SQLite: ASCII letters in any case) */
                q?: string | null;
                /** @description only this conversation's orders */
                session_id?: string | null;
                /** @description only orders with this status */
                status?: components["schemas"]["Status"] | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderPage"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_work_order: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                order_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderDetail"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    approve_work_order: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                order_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderView"];
                };
            };
            /** @description The order is not held, or does not offer this tier */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_attachment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 1 for the first */
                n: number;
                order_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "audio/flac": string;
                    "audio/mp4": string;
                    "audio/mpeg": string;
                    "audio/ogg": string;
                    "audio/wav": string;
                    "audio/webm": string;
                    "image/jpeg": string;
                    "image/png": string;
                    "text/plain": string;
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    cancel_work_order: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                order_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderView"];
                };
            };
            /** @description The order had ended otherwise; `detail` names its status */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    escalate_work_order: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your own name for this request: sent again within 24 h its outcome is the order that it made. */
                "Idempotency-Key"?: string;
            };
            path: {
                order_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted as a new order; `Location` is where to read it */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatReply"];
                };
            };
            /** @description The order, or another one that does it again, is open; `Location` names it */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    follow_work_order: {
        parameters: {
            query?: never;
            header?: {
                /** @description the last `id` you saw: the stream goes on behind it */
                "last-event-id"?: string | null;
            };
            path: {
                order_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `id` is the event's `seq`, `event` its type, `data` its payload */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": {
                        data: string;
                        event?: string;
                        id?: string;
                    };
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    retry_work_order: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your own name for this request: sent again within 24 h its outcome is the order that it made. */
                "Idempotency-Key"?: string;
            };
            path: {
                order_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted as a new order; `Location` is where to read it */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatReply"];
                };
            };
            /** @description The order, or another one that does it again, is open; `Location` names it */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    create_ws_ticket: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketView"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Liveness"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    livez: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Liveness"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    prometheus_metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description Not now; a load balancer goes elsewhere */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    create_chat_completion: {
        parameters: {
            query?: never;
            header?: {
                /** @description Your own name for this request: sent again within 24 h its outcome is the order that it made. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChatCompletionRequest"];
            };
        };
        responses: {
            /** @description The answer, the question asked back, or (`nexus.held`) whether it may cost that much */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatCompletion"];
                    "text/event-stream": {
                        data: string;
                        event?: string;
                        id?: string;
                    };
                };
            };
            /** @description The order failed; `message` says why */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description Nothing was accepted; or, with `code` order_open, it was, and goes on without you */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    list_models: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelList"];
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    get_model: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                model: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            /** @description An error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
}
