/** Our own words, in which `this` is a command. */
import styles from "./Words.module.css";

export function Words({ children }: { children: string }) {
  return (
    <>
      {children.split(/`([^`]+)`/).map((part, place) => {
        const isCommand = place % 2 === 1;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence stay where they are
          <span key={place}>{isCommand ? <code className={styles.code}>{part}</code> : part}</span>
        );
      })}
    </>
  );
}
