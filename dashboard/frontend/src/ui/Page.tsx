/** The frame of a page, and the cards on it. */
import type { ReactNode } from "react";
import styles from "./Page.module.css";

interface Props {
  title: string;
  hint?: ReactNode;
  back?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
}

export function Page({ title, hint, back, aside, children }: Props) {
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <div className={styles.titles}>
          {back ? <div className={styles.hint}>{back}</div> : null}
          <h1>{title}</h1>
          {hint ? <p className={styles.hint}>{hint}</p> : null}
        </div>
        {aside}
      </header>
      {children}
    </div>
  );
}

export function Card({
  title,
  aside,
  children,
}: {
  title?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={styles.card}>
      {title ? (
        <div className={styles.cardHead}>
          <h2>{title}</h2>
          {aside}
        </div>
      ) : null}
      {children}
    </section>
  );
}

export function Cards({ children }: { children: ReactNode }) {
  return <div className={styles.cards}>{children}</div>;
}

export function Figure({ name, value, note }: { name: string; value: ReactNode; note?: ReactNode }) {
  return (
    <section className={styles.card}>
      <p className={styles.name}>{name}</p>
      <p className={styles.value}>{value}</p>
      {note ? <p className={styles.hint}>{note}</p> : null}
    </section>
  );
}
