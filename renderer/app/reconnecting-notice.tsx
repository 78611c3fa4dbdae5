/** Says that the engine cannot be reached right now, and afterwards that it can again. What is on screen stays readable. */
import { Loader } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { connection } from '#renderer/data/connection.ts';
import classes from './reconnecting-notice.module.css';

/** A loss that is shorter is told only when it is over. */
const quietMilliseconds = 400;
/** Long enough to be read by somebody who looks up because the screen moved. */
const lastingMilliseconds = 6_000;

type Notice = 'nothing' | 'reconnecting' | 'connected';

export function ReconnectingNotice() {
  const notice = useNotice();
  return (
    <div role="status">
      {notice === 'reconnecting' && (
        <div className={classes.notice}>
          <Loader size={13} color="currentColor" /> Reconnecting…
        </div>
      )}
      {notice === 'connected' && (
        <div className={classes.notice} data-good>
          <IconPlugConnected size={14} aria-hidden /> Connected again. Nothing that was confirmed is lost.
        </div>
      )}
    </div>
  );
}

/** Follows the connection itself: a loss that ends between two renderings is still told. */
function useNotice(): Notice {
  const [notice, setNotice] = useState<Notice>('nothing');
  useEffect(() => {
    let wasLost = false;
    let timer: number | undefined;
    const follow = (): void => {
      window.clearTimeout(timer);
      if (connection.state === 'reconnecting') {
        wasLost = true;
        setNotice('nothing');
        timer = window.setTimeout(() => setNotice('reconnecting'), quietMilliseconds);
        return;
      }
      const isBack = wasLost && connection.state === 'open';
      wasLost = false;
      setNotice(isBack ? 'connected' : 'nothing');
      if (isBack) timer = window.setTimeout(() => setNotice('nothing'), lastingMilliseconds);
    };
    follow();
    const unsubscribe = connection.subscribe(follow);
    return () => {
      unsubscribe();
      window.clearTimeout(timer);
    };
  }, []);
  return notice;
}
