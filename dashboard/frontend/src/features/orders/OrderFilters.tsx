/** The filters. Each choice goes into the address at once; the text when its writer pauses. */
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { CHANNELS, DIFFICULTIES, ROLES, STATUSES } from "../../api/client";
import styles from "./Orders.module.css";
import { type OrderSearch, orderSearch } from "./search";

interface Props {
  search: OrderSearch;
  onChange: (search: OrderSearch) => void;
}

export function OrderFilters({ search, onChange }: Props) {
  const { t } = useTranslation();
  const text = useRef<HTMLInputElement>(null);
  const set = (name: keyof OrderSearch, value: string) => onChange(orderSearch({ ...search, [name]: value }));
  const setLater = useDebouncedCallback(set, 350);
  useEffect(() => {
    if (text.current && text.current !== document.activeElement) text.current.value = search.q ?? "";
  }, [search.q]);
  const any = { value: "", label: t("orders.any") };
  const choice = (
    name: "status" | "owner" | "channel" | "difficulty",
    options: { value: string; label: string }[],
  ) => (
    <NativeSelect
      size="xs"
      label={t(`orders.${name}`)}
      value={search[name] ?? ""}
      onChange={(event) => set(name, event.currentTarget.value)}
      data={[any, ...options]}
    />
  );
  return (
    <search className={styles.filters} aria-label={t("orders.filters")}>
      <TextInput
        ref={text}
        size="xs"
        type="search"
        label={t("orders.text")}
        maxLength={200}
        defaultValue={search.q ?? ""}
        onChange={(event) => setLater("q", event.currentTarget.value)}
      />
      {choice(
        "status",
        STATUSES.map((value) => ({ value, label: t(`status.${value}`) })),
      )}
      {choice(
        "owner",
        ROLES.map((value) => ({ value, label: t(`role.${value}`) })),
      )}
      {choice(
        "channel",
        CHANNELS.map((value) => ({ value, label: t(`channel.${value}`) })),
      )}
      {choice(
        "difficulty",
        DIFFICULTIES.map((value) => ({ value, label: t(`difficulty.${value}`) })),
      )}
      {(["from", "to"] as const).map((name) => (
        <TextInput
          key={name}
          size="xs"
          type="date"
          label={t(`orders.${name}`)}
          value={search[name] ?? ""}
          onChange={(event) => set(name, event.currentTarget.value)}
        />
      ))}
      {Object.keys(search).length > 0 ? (
        <Button size="xs" variant="subtle" onClick={() => onChange({})}>
          {t("orders.clear")}
        </Button>
      ) : null}
    </search>
  );
}
