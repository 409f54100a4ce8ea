"""The emulator: answers as Monite does, plays the sign-in pages, keeps the accounting system's books."""
